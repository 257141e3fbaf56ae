"""What each staff role may do with subscriptions: "offer" is to say what plans cost and bring, and which
there are."""

ROLES: dict[str, set[str]] = {
    "support": {"view"},
    "operations": {"view", "offer"},
    "finance": {"view"},
    "admin": {"view", "offer"},
}
