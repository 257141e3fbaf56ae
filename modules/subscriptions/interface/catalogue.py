"""Plans, as others see them."""

from __future__ import annotations

from uuid import UUID

from modules.subscriptions.interface.benefits import Benefit
from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money


class PhaseKind(OpenEnum):
    """The terms are Kill Bill's (https://docs.killbill.io/latest/userguide_subscription)."""

    TRIAL = "trial"
    DISCOUNT = "discount"
    EVERGREEN = "evergreen"
    UNKNOWN = "unknown"


class Phase(DTO):
    """What a period costs: those of a trial of so many `days` nothing, those of an introduction of so many
    `periods` less, and all after them what is evergreen."""

    kind: PhaseKind
    price: Money
    days: int = 0
    periods: int = 0


class PlanView(DTO):
    """A plan that can be joined, at what it costs newcomers: version `version` of its price. It is paid every
    `months`; of two plans that with the higher `level` brings more. One `for_comeback` is for those who left
    a while ago."""

    id: UUID
    region: str
    code: str
    title: str
    months: int
    level: int
    benefits: tuple[Benefit, ...]
    version: int
    phases: tuple[Phase, ...]
    for_comeback: bool = False


class PlanOffer(DTO):
    """A plan as somebody wants it to be joined: its `code` is once in a region, `price` that of each period,
    after a trial of `trial_days`."""

    region: str
    code: str
    title: str
    months: int
    level: int
    price: Money
    trial_days: int = 0
    benefits: tuple[Benefit, ...] = ()
