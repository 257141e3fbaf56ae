"""What each staff role may do with subscriptions: "change" is to do for a member what they could
do, and to give money back; "promote" is to say what plans cost and bring, and which there are."""

ROLES: dict[str, set[str]] = {
    "support": {"view", "change"},
    "operations": {"view", "change", "promote"},
    "finance": {"view"},
    "admin": {"view", "change", "promote"},
}
