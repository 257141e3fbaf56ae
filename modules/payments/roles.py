"""What each staff role may do with payments. "settle" is to move payouts and collections on, by what the bank
says."""

ROLES: dict[str, set[str]] = {
    "support": {"view"},
    "operations": {"view", "change"},
    "finance": {"view", "settle"},
    "admin": {"view", "change", "settle"},
}
