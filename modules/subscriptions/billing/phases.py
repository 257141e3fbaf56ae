"""What a membership costs in each of its periods: perhaps a trial, perhaps an introduction, and then
always."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from modules.subscriptions.billing.periods import Cycle, Period
from modules.subscriptions.interface import Phase, PhaseKind
from tiffin.money import Money


class Billed(NamedTuple):
    """A period, and what it costs."""

    period: Period
    kind: PhaseKind
    price: Money


class Schedule(NamedTuple):
    """All periods of a membership that began on a day, of so many months each. Of its phases the last is
    evergreen, and only the first may be a trial."""

    started: date
    months: int
    phases: tuple[Phase, ...]

    @property
    def trial_days(self) -> int:
        return self.phases[0].days if self.phases[0].kind is PhaseKind.TRIAL else 0

    @property
    def cycle(self) -> Cycle:
        """Of what is paid for: it is anchored where the trial ends."""
        return Cycle(self.started + timedelta(days=self.trial_days), self.months)

    def billed(self, day: date) -> Billed:
        """The period in which a day is. Raises ValueError for a day before the membership."""
        if day < self.started:
            raise ValueError(f"{day} is before the membership, which began on {self.started}")
        if day < self.cycle.anchor:
            return Billed(Period(self.started, self.cycle.anchor), PhaseKind.TRIAL, self.phases[0].price)
        return self.paid(self.cycle.number_of(day))

    def paid(self, number: int) -> Billed:
        """The period of that number after the trial, from 0 on."""
        phase = phase_of(self.phases, number)
        return Billed(self.cycle.period(number), phase.kind, phase.price)


def phase_of(phases: tuple[Phase, ...], billed: int) -> Phase:
    """That of the next period that is paid for, when so many have been."""
    before = 0
    for phase in phases:
        if phase.kind is PhaseKind.EVERGREEN or before <= billed < before + phase.periods:
            return phase
        before += phase.periods
    raise ValueError("no phase is evergreen")
