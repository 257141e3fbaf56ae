"""What each staff role may do with rewards: "promote" begins and ends campaigns, which spend points."""

ROLES: dict[str, set[str]] = {
    "support": {"view", "change"},
    "operations": {"view", "change", "promote"},
    "finance": {"view"},
    "admin": {"view", "change", "promote"},
}
