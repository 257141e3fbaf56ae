"""What each staff role may do with analytics: "change" tries again what a sink refused, or skips it."""

ROLES: dict[str, set[str]] = {
    "support": {"view"},
    "operations": {"view", "change"},
    "finance": set(),
    "admin": {"view", "change"},
}
