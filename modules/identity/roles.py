"""What staff may do in identity. Roles are code; who has one is a grant, and tokens claim it."""

from __future__ import annotations

ROLES: dict[str, set[str]] = {
    "support": {"view"},
    "operations": {"view", "change"},
    "admin": {"view", "change"},
}

# Names, addresses and phone numbers are opened for those who help a customer with an order.
REVEALING = frozenset({"support", "operations", "admin"})
