"""What somebody is given: GrowthBook's evaluation, by its SDK, over definitions in its format.

Who is in which bucket is GrowthBook's published hash (fnv1a32 over seed and id, version 2: 10,000 buckets),
so that its server, its SDKs for browsers and this process agree about everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import structlog
from growthbook.common_types import (
    EvaluationContext,
    Experiment,
    Feature,
    GlobalContext,
    Options,
    Result,
    StackContext,
    UserContext,
    features_from_dict,
)
from growthbook.core import eval_feature
from growthbook.growthbook import InMemoryStickyBucketService

from tiffin import clock
from tiffin.flags.declaring import Flag

log = structlog.get_logger(__name__)
T = TypeVar("T", bool, str, int)

CUSTOMER, DEVICE, EITHER = "customer", "device", "id"
_WHO = frozenset({CUSTOMER, DEVICE, EITHER, "region"})
Assignments = Mapping[str, str]
"""By `experiment__phase` the variation that somebody was given first."""


class Seen(NamedTuple):
    """Somebody is part of an experiment: what they were given in its `phase`, by which `unit` (`attribute` is
    what kind of id that is)."""

    experiment: str
    phase: int
    variation: str
    attribute: str
    unit: str
    region: str
    at: datetime


@dataclass(frozen=True)
class Subject:
    """For whom flags are read. `more` are attributes that targeting may ask for: texts, numbers, lists; who
    somebody is and where cannot be said there."""

    region: str
    customer_id: UUID | None = None
    device_id: UUID | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def units(self) -> dict[str, str]:
        """By kind the ids by which they are put into buckets."""
        ids = {CUSTOMER: self.customer_id, DEVICE: self.device_id}
        return {kind: str(id) for kind, id in ids.items() if id is not None}

    def kind_of(self, attribute: str) -> str:
        """Whose id it is by which a rule goes: a server's goes by `id` unless it says otherwise, of which
        nobody who counts could tell whether it is a customer's."""
        return next(iter(self.units()), attribute) if attribute == EITHER else attribute

    def attributes(self) -> dict[str, Any]:
        """As conditions name them; `id` is whichever there is, the customer's first."""
        units = self.units()
        more = {name: value for name, value in self.more.items() if name not in _WHO}
        return {**more, "region": self.region, **units, EITHER: next(iter(units.values()), "")}


class Definitions:
    """What was decided, as of a `revision`. `features` and `groups` are GrowthBook's (`features`,
    `savedGroups` of its SDK's payload); of the experiments in `sticky` it is asked what somebody was given
    before, because their buckets have changed since they began; those in `holdouts` hold people out."""

    def __init__(
        self,
        revision: int = 0,
        features: Mapping[str, Any] | None = None,
        groups: Mapping[str, Any] | None = None,
        sticky: frozenset[str] = frozenset(),
        holdouts: frozenset[str] = frozenset(),
    ) -> None:
        self.revision = revision
        self.sticky = sticky
        self.holdouts = holdouts
        self._broken: set[str] = set()
        self.features: dict[str, Feature] = features_from_dict(dict(features or {}))
        # That there is a service makes the SDK look at what it is told of earlier assignments, and write the
        # new ones there too: that is done with exposures, so what it writes is let go. It costs as much as
        # all the rest, so there is none where nothing is looked up.
        self.world = GlobalContext(
            options=Options(sticky_bucket_service=InMemoryStickyBucketService() if sticky else None),
            features=self.features,
            saved_groups=dict(groups or {}),
        )

    def note_broken(self, key: str, error: Exception) -> None:
        """Said once for each flag and revision."""
        if key not in self._broken:
            self._broken.add(key)
            log.error("flag_cannot_be_read", flag=key, revision=self.revision, error=repr(error))


class Reader:
    """Reads flags for one subject. `before` is by unit what they were given earlier; None where nobody could
    say: then they take no part in experiments whose buckets have changed, which might put them elsewhere, and
    are held out where they may have been."""

    def __init__(
        self, definitions: Definitions, subject: Subject, before: Mapping[str, Assignments] | None
    ) -> None:
        self.definitions = definitions
        self.subject = subject
        self.exposures: list[Seen] = []
        user = UserContext(attributes=subject.attributes())
        if before is None:
            user.forced_variations = {
                key: _HELD if key in definitions.holdouts else _IN_NONE for key in definitions.sticky
            }
        else:
            user.sticky_bucket_assignment_docs = _documents(subject, before)
        self.context = EvaluationContext(
            user=user,
            global_ctx=definitions.world,
            stack=StackContext(evaluated_features=set()),
            save_sticky_bucket_doc=_let_go,
            tracking_cb=self._expose,
        )

    def value(self, key: str) -> Any:
        """As it was decided; None for what nobody has decided anything about, and for what cannot be read."""
        if key not in self.definitions.features:
            return None
        self.context.stack = StackContext(evaluated_features=set())
        try:
            return eval_feature(key, self.context).value
        except Exception as error:  # a server may send any rule, and no page fails for it
            self.definitions.note_broken(key, error)
            self.exposures.clear()
            return None

    def read(self, flag: Flag[T]) -> tuple[T, list[Seen]]:
        """Its value, and of which experiments that makes somebody part. A value that the flag does not take
        is none."""
        self.exposures = []
        value = self.value(flag.key)
        if value is None or not flag.takes(value):
            return flag.default, []
        given: T = value
        return given, self.exposures

    def _expose(self, experiment: Experiment[Any], result: Result[Any], user: UserContext) -> None:
        self.exposures.append(
            Seen(
                experiment.key,
                experiment.bucketVersion or 0,
                result.key,
                self.subject.kind_of(result.hashAttribute),
                result.hashValue,
                self.subject.region,
                clock.now(),
            )
        )


_IN_NONE, _HELD = -1, 0


def _let_go(document: dict[str, Any]) -> None:
    """What was given is written down with the exposure."""


def _documents(subject: Subject, before: Mapping[str, Assignments]) -> dict[str, Any]:
    """GrowthBook's sticky bucket documents, keyed `attribute||value`. What they were given as a customer
    holds for rules that go by either id, too."""
    units = subject.units()
    either = [(EITHER, unit) for unit in list(units.values())[:1]]
    return {
        f"{kind}||{unit}": {"attributeName": kind, "attributeValue": unit, "assignments": dict(before[unit])}
        for kind, unit in (*units.items(), *either)
        if unit in before
    }
