"""What each staff role may do with notifications."""

ROLES: dict[str, set[str]] = {
    "support": {"view", "change"},
    "operations": {"view", "change"},
    "finance": set(),
    "admin": {"view", "change"},
}
