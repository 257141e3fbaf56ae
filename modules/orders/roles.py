"""What each staff role may do with orders."""

ROLES: dict[str, set[str]] = {
    "support": {"view", "change"},
    "operations": {"view", "change", "promote"},
    "finance": {"view"},
    "admin": {"view", "change", "promote"},
}
