"""What each staff role may do with rewards: "promote" begins and ends campaigns, which spend points; "settle"
is to settle with charities, and to say which there are."""

ROLES: dict[str, set[str]] = {
    "support": {"view", "change"},
    "operations": {"view", "change", "promote"},
    "finance": {"view", "settle"},
    "admin": {"view", "change", "promote", "settle"},
}
