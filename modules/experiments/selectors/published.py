"""What everybody reads, and what somebody was given before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from modules.experiments.interface import MOST_UNITS, Given, Published
from modules.experiments.models import Catalogue, Exposure


def definitions(known: int) -> Published:
    """What is newer than that revision."""
    row = Catalogue.objects.values_list("revision", "payload", "sticky", "holdouts").first()
    if row is None:
        return Published(revision=0, payload=None)
    revision, payload, sticky, holdouts = row
    if revision == known:
        return Published(revision=revision, payload=None)
    return Published(
        revision=revision,
        payload=msgspec.json.encode(payload).decode(),
        sticky=tuple(sticky),
        holdouts=tuple(holdouts),
    )


def given_before(units: Sequence[str]) -> list[Given]:
    """In those experiments of which it is asked for."""
    sticky = Catalogue.objects.values_list("sticky", flat=True).first() or []
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    rows = Exposure.objects.filter(unit__in=units[:MOST_UNITS], experiment__in=sticky)
    for unit, experiment, phase, variation in rows.values_list("unit", "experiment", "phase", "variation"):
        found[unit][f"{experiment}__{phase}"] = variation
    return [Given(unit=unit, assignments=assignments) for unit, assignments in found.items()]
