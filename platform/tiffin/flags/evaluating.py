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

T = TypeVar("T", bool, str, int)

CUSTOMER, DEVICE = "customer", "device"
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
    """For whom flags are read. `more` are attributes that targeting may ask for: texts, numbers, lists."""

    region: str
    customer_id: UUID | None = None
    device_id: UUID | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def units(self) -> dict[str, str]:
        """By kind the ids by which they are put into buckets."""
        ids = {CUSTOMER: self.customer_id, DEVICE: self.device_id}
        return {kind: str(id) for kind, id in ids.items() if id is not None}

    def attributes(self) -> dict[str, Any]:
        """As conditions name them; `id` is whichever there is, the customer's first."""
        units = self.units()
        return {**self.more, "region": self.region, **units, "id": next(iter(units.values()), "")}


class Definitions:
    """What was decided, as of a `revision`. `features` and `groups` are GrowthBook's (`features`,
    `savedGroups` of its SDK's payload); of the experiments in `sticky` it is asked what somebody was given
    before, because their buckets have changed since they began."""

    def __init__(
        self,
        revision: int = 0,
        features: Mapping[str, Any] | None = None,
        groups: Mapping[str, Any] | None = None,
        sticky: frozenset[str] = frozenset(),
    ) -> None:
        self.revision = revision
        self.sticky = sticky
        self.features: dict[str, Feature] = features_from_dict(dict(features or {}))
        # That there is a service makes the SDK look at what it is told of earlier assignments, and write the
        # new ones there too: that is done with exposures, so what it writes is let go.
        self.world = GlobalContext(
            options=Options(sticky_bucket_service=InMemoryStickyBucketService()),
            features=self.features,
            saved_groups=dict(groups or {}),
        )


class Reader:
    """Reads flags for one subject. `before` is by unit what they were given earlier; None where nobody could
    say: then they take no part in experiments whose buckets have changed, which might put them elsewhere."""

    def __init__(
        self, definitions: Definitions, subject: Subject, before: Mapping[str, Assignments] | None
    ) -> None:
        self.definitions = definitions
        self.subject = subject
        self.exposures: list[Seen] = []
        user = UserContext(attributes=subject.attributes())
        if before is None:
            user.forced_variations = dict.fromkeys(definitions.sticky, _IN_NONE)
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
        """As it was decided; None for what nobody has decided anything about."""
        if key not in self.definitions.features:
            return None
        self.context.stack = StackContext(evaluated_features=set())
        return eval_feature(key, self.context).value

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
                result.hashAttribute,
                result.hashValue,
                self.subject.region,
                clock.now(),
            )
        )


_IN_NONE = -1


def _let_go(document: dict[str, Any]) -> None:
    """What was given is written down with the exposure."""


def _documents(subject: Subject, before: Mapping[str, Assignments]) -> dict[str, Any]:
    """GrowthBook's sticky bucket documents, keyed `attribute||value`."""
    return {
        f"{kind}||{unit}": {"attributeName": kind, "attributeValue": unit, "assignments": dict(before[unit])}
        for kind, unit in subject.units().items()
        if unit in before
    }
