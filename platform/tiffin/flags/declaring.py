"""Which flags there are: written down where they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

T = TypeVar("T", bool, str, int)


@dataclass(frozen=True)
class Flag(Generic[T]):
    """What can be switched, and how it is as long as nobody has. `allowed` are its values; empty: any of the
    default's type."""

    key: str
    default: T
    allowed: tuple[T, ...]
    says: str

    def takes(self, value: Any) -> bool:
        """Whether somebody may be given that value."""
        return type(value) is type(self.default) and (not self.allowed or value in self.allowed)


_declared: dict[str, Flag[Any]] = {}


def declare(key: str, *, default: T, says: str, allowed: tuple[T, ...] = ()) -> Flag[T]:
    """A flag `module.name`. Raises ValueError for one that was declared otherwise."""
    flag = Flag(key, default, allowed, says)
    if "." not in key or not key.isascii():
        raise ValueError(f"a flag is called module.name, not {key!r}")
    if _declared.setdefault(key, flag) != flag:
        raise ValueError(f"{key} is declared twice")
    return flag


def declared() -> Mapping[str, Flag[Any]]:
    return MappingProxyType(_declared)
