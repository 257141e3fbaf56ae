"""What each staff role may do with rewards. "settle" is to settle with charities, and to say which there
are."""

ROLES: dict[str, set[str]] = {
    "support": {"view", "change"},
    "operations": {"view", "change"},
    "finance": {"view", "settle"},
    "admin": {"view", "change", "settle"},
}
