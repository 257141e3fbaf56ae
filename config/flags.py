"""Who decides about flags in this process: the module `experiments`, wherever it runs."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tiffin import flags, ids
from tiffin.flags import Assignments, Definitions, Seen
from tiffin.interfaces import CommandKey, call


def connect() -> None:
    """Called where a process begins that answers requests or does jobs. Nothing is asked yet, and nothing
    followed: that begins with the first flag that is read, after the process has forked."""
    # Django is set up by then, and not before.
    from modules.experiments.events import DefinitionsChanged

    flags.connect(
        flags.Source(
            load=_load,
            before=_before,
            tell=_tell,
            producer=DefinitionsChanged.producer,
            kind=DefinitionsChanged.kind,
        )
    )


def _load(known: int) -> Definitions | None:
    from modules.experiments.interface import Experiments

    published = call(Experiments).definitions(known=known)
    if published.payload is None:
        return None
    payload = msgspec.json.decode(published.payload)
    return Definitions(
        published.revision,
        payload["features"],
        payload["savedGroups"],
        frozenset(published.sticky),
        frozenset(published.holdouts),
    )


def _before(units: Sequence[str]) -> dict[str, Assignments]:
    from modules.experiments.interface import Experiments

    found = call(Experiments).given_before(units=list(units))
    return {given.unit: given.assignments for given in found}


def _tell(exposures: Sequence[Seen]) -> None:
    from modules.experiments.interface import Experiments, Exposed

    told = [Exposed(**seen._asdict()) for seen in exposures]
    key = CommandKey(f"exposures/{ids.new_id()}")
    call(Experiments).expose(key=key, exposures=told)
