"""What each staff role may do with restaurants."""

ROLES = {
    "support": {"view"},
    "operations": {"view", "change"},
}
