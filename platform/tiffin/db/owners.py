"""Which module owns a piece of code: the one whose package it stands in."""

from __future__ import annotations

import sys

MODULES_PACKAGE = "modules"


class UnknownOwner(Exception):
    """Code outside every module asked for its owner; kernel code names one instead."""


def owner_of(python_module: str) -> str:
    """`modules.orders.services` → `orders`. Raises UnknownOwner for code outside every module."""
    parts = python_module.split(".", 2)
    if len(parts) < 2 or parts[0] != MODULES_PACKAGE:
        raise UnknownOwner(f"{python_module} stands in no module; name the owner")
    return parts[1]


def calling_owner(depth: int) -> str:
    """The owner of the code `depth` frames above the caller of this function."""
    return owner_of(sys._getframe(depth + 1).f_globals["__name__"])
