"""Commands of restaurants."""
