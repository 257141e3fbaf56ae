"""What each staff role may do with ads: "change" writes campaigns, pauses and ends them; who has "decide"
says what may be shown, and gives back what should not have been charged."""

ROLES: dict[str, set[str]] = {
    "support": {"view"},
    "operations": {"view", "change", "decide"},
    "finance": {"view", "decide"},
    "admin": {"view", "change", "decide"},
}
