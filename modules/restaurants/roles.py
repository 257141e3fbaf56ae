"""What each staff role may do with restaurants."""

ROLES: dict[str, set[str]] = {
    "support": {"view"},
    "operations": {"view", "change"},
    "finance": {"view"},
    "admin": {"view", "change"},
}
