"""The kernel: what every module stands on. It knows no module and owns no data but its own tables in each."""
