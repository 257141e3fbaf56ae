"""Flags and experiments as staff make them, and people who take part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec

from modules.experiments.interface import Exposed
from modules.experiments.kinds import FlagKind
from modules.experiments.models import Experiment, Flag
from modules.experiments.selectors import published
from modules.experiments.services import exposing, flags, trials
from tiffin import clock, db, ids
from tiffin import flags as kernel
from tiffin.flags import Definitions, Source, Subject
from tiffin.flags.evaluating import Seen

COLOUR = kernel.declare("shop.colour", default="red", says="what colour")


@contextmanager
def connected() -> Iterator[None]:
    """This module is asked at once, as another process would ask it over its interface."""
    source = Source(_load, _before, _tell, "experiments", "definitions_changed", follows=False)
    kernel.connect(source)
    try:
        yield
    finally:
        kernel.disconnect()


def _load(known: int) -> Definitions | None:
    found = published.definitions(known)
    if found.payload is None:
        return None
    payload = msgspec.json.decode(found.payload)
    return Definitions(found.revision, payload["features"], payload["savedGroups"], frozenset(found.sticky))


def _before(units: Any) -> dict[str, Any]:
    return {given.unit: given.assignments for given in published.given_before(units)}


def _tell(exposures: Any) -> None:
    expose([Exposed(**seen._asdict()) for seen in exposures])


def flag(key: str = "shop.colour", value: Any = "red", kind: FlagKind = FlagKind.TEXT, **more: Any) -> Flag:
    made = Flag(key=key, kind_name=kind.value, value=value, **more)
    flags.keep_flag(made)
    return made


def variations(*weights: int, values: tuple[Any, ...] = ("red", "green", "blue")) -> list[dict[str, Any]]:
    keys = ("control", "new", "third")
    return [
        {"key": key, "name": key.title(), "value": value, "weight": weight}
        for key, value, weight in zip(keys, values, weights, strict=False)
    ]


def experiment(of: Flag | None, key: str = "colours", **more: Any) -> Experiment:
    """A draft: half and half of everybody, unless it says otherwise."""
    made = Experiment(
        region="",
        key=key,
        name=more.pop("name", key.title()),
        flag=of,
        variations=more.pop("variations", variations(5_000, 5_000)),
        **more,
    )
    return trials.draft_experiment(made)


def running(of: Flag | None, key: str = "colours", **more: Any) -> Experiment:
    made = experiment(of, key, **more)
    trials.start_experiment(experiment_id=made.id)
    return Experiment.get(made.id)


def holdout(share: int, key: str = "nobody_new") -> Experiment:
    parts = [
        {"key": "held", "name": "Held out", "value": "held", "weight": share},
        {"key": "free", "name": "Free", "value": "free", "weight": 10_000 - share},
    ]
    return running(None, key, variations=parts)


def change(made: Experiment, **fields: Any) -> None:
    stands = Experiment.get(made.id)
    for name, value in fields.items():
        setattr(stands, name, value)
    trials.change_experiment(stands, fields=fields)


def colour(customer_id: UUID | None = None, region: str = "pl", **more: Any) -> str:
    """What somebody (anybody, without an id) is given now, told at once."""
    kernel.refresh()
    seen = kernel.of(Subject(region=region, customer_id=customer_id or ids.new_id(), **more))
    value = seen.read(COLOUR)
    kernel.flush()
    return value


def colours(people: list[UUID], region: str = "pl") -> dict[UUID, str]:
    kernel.refresh()
    found = {id: kernel.of(Subject(region=region, customer_id=id)).read(COLOUR) for id in people}
    kernel.flush()
    return found


def people(count: int) -> list[UUID]:
    return [ids.new_id() for _ in range(count)]


def expose(exposures: list[Exposed]) -> int:
    with db.transaction(owner="experiments"):
        return exposing.expose(exposures)


def exposed(
    variation: str, unit: UUID | str | None = None, experiment: str = "colours", phase: int = 0
) -> Exposed:
    seen = Seen(experiment, phase, variation, "customer", str(unit or ids.new_id()), "pl", clock.now())
    return Exposed(**seen._asdict())
