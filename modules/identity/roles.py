"""What staff may do in identity. Roles are code; who has one is a grant, and tokens claim it."""

from __future__ import annotations

# Whoever may grant can make anybody staff, so that "change" is not enough for it.
ROLES: dict[str, set[str]] = {
    "support": {"view"},
    "operations": {"view", "change"},
    "finance": set(),
    "admin": {"view", "change", "grant"},
}

# Names, addresses and phone numbers are opened for those who help a customer with an order.
REVEALING = frozenset({"support", "operations", "admin"})
