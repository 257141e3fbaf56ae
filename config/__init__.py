"""The deployable."""
