"""What a process does before it starts threads."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


def prepare() -> None:
    """Have msgspec look at every struct that there is. Else it does so when one is first decoded, and lets
    other threads use what it has half looked at: they die of a segmentation fault (0.22; see the test)."""
    for struct in set(_below(msgspec.Struct)):
        msgspec.msgpack.Decoder(struct)


def _below(cls: type) -> Iterator[type]:
    for each in cls.__subclasses__():
        yield each
        yield from _below(each)
