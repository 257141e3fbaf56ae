"""What each staff role may do with rewards: "promote" begins and ends campaigns, which spend points; "settle"
is to settle with charities, and to say which there are; who has "decide" agrees to what others want, and ends
reviews."""

ROLES: dict[str, set[str]] = {
    "support": {"view", "change"},
    "operations": {"view", "change", "promote", "decide"},
    "finance": {"view", "settle"},
    "admin": {"view", "change", "promote", "settle", "decide"},
}
