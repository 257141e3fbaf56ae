"""Whom nothing may name any more."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from modules.experiments.models import Forgotten


def forgotten_of(units: Iterable[str]) -> set[str]:
    """Those of them who were erased; asked under the lock that erasing waits for, so that nobody slips by."""
    asked = {id: unit for unit in units if (id := _id(unit)) is not None}
    return {asked[id] for id in Forgotten.objects.filter(pk__in=asked).values_list("id", flat=True)}


def _id(unit: str) -> UUID | None:
    """A server's experiments may go by something else."""
    try:
        return UUID(unit)
    except ValueError:
        return None
