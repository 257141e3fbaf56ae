"""What each staff role may do with deliveries."""

ROLES = {
    "support": {"view"},
    "operations": {"view", "change"},
}
