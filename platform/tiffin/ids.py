"""Identifiers: UUID version 7, so that rows written together lie together."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from uuid import UUID

from tiffin import clock

_RANDOM_A_MASK = 0x0FFF
_RANDOM_B_MASK = (1 << 62) - 1


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    return _id_at(clock.now(), int.from_bytes(os.urandom(10), "big"))


def first_id(moment: datetime) -> UUID:
    """The least id that can be made at `moment`, to find what was made since then."""
    return _id_at(moment, 0)


def derived(base: UUID, name: str) -> UUID:
    """The id of what comes of `base` once under each name: always the same, and as old as `base`, so that it
    lies where that lies."""
    digest = hashlib.sha256(base.bytes + name.encode()).digest()
    random = int.from_bytes(digest[:10], "big")
    return UUID(int=(base.int >> 80 << 80) | _version_and_random(random))


def _id_at(moment: datetime, random: int) -> UUID:
    milliseconds = int(moment.timestamp() * 1000) & 0xFFFFFFFFFFFF
    return UUID(int=(milliseconds << 80) | _version_and_random(random))


def _version_and_random(random: int) -> int:
    value = 0x7 << 76
    value |= ((random >> 62) & _RANDOM_A_MASK) << 64
    value |= 0b10 << 62
    return value | random & _RANDOM_B_MASK
