"""What experiments does."""
