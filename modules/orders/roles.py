"""What each staff role may do with orders."""

ROLES = {
    "support": {"view", "change"},
    "operations": {"view", "change"},
    "finance": {"view"},
}
