"""Identifiers: UUID version 7, so that rows written together lie together."""

from __future__ import annotations

import os
from uuid import UUID

from tiffin import clock

_RANDOM_A_MASK = 0x0FFF
_RANDOM_B_MASK = (1 << 62) - 1


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = int(clock.now().timestamp() * 1000)
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80
    value |= 0x7 << 76
    value |= ((random >> 62) & _RANDOM_A_MASK) << 64
    value |= 0b10 << 62
    value |= random & _RANDOM_B_MASK
    return UUID(int=value)
