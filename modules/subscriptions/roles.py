"""What each staff role may do with subscriptions: "promote" is to say what plans cost and bring, and which
there are."""

ROLES: dict[str, set[str]] = {
    "support": {"view"},
    "operations": {"view", "promote"},
    "finance": {"view"},
    "admin": {"view", "promote"},
}
