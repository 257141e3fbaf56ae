"""What each staff role may do with experiments: "change" writes flags, starts and stops experiments. Flags
and experiments are for all regions, so staff of some regions see none."""

ROLES: dict[str, set[str]] = {
    "support": {"view"},
    "operations": {"view", "change"},
    "finance": {"view"},
    "admin": {"view", "change"},
}
