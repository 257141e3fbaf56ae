"""What each staff role may do with rewards: who has "decide" agrees to what others want, and ends reviews."""

ROLES: dict[str, set[str]] = {
    "support": {"view", "change"},
    "operations": {"view", "change", "decide"},
    "finance": {"view"},
    "admin": {"view", "change", "decide"},
}
