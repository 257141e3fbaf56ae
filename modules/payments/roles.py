"""What each staff role may do with payments."""

ROLES = {
    "support": {"view"},
    "finance": {"view", "change"},
    "operations": {"view", "change"},
}
