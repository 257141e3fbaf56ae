"""Which modules are elsewhere, and where. Only the kernel asks."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings


class NotHere(LookupError):
    """A message came for a module that does not run in this deployable."""


def elsewhere() -> Mapping[str, str]:
    """The modules that run in other deployables, by name, with the base URL of their web processes."""
    homes: Mapping[str, str] = settings.TIFFIN_ELSEWHERE
    return homes


def home_of(module: str) -> str | None:
    """The base URL of the deployable where `module` runs; None when it runs here."""
    return elsewhere().get(module)
