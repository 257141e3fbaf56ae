"""What each staff role may do with rewards."""

ROLES: dict[str, set[str]] = {
    "support": {"view", "change"},
    "operations": {"view", "change"},
    "finance": {"view"},
    "admin": {"view", "change"},
}
