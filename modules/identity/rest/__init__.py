"""Identity's part of the public API: logging in, and what a customer keeps with us."""
