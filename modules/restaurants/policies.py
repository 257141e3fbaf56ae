"""What a region decides about restaurants: rows of its `region.toml`.

vendors.unanswered_before_pause    orders in a row that nobody answers, then the restaurant is paused
vendors.unanswered_pause_minutes   for so long
vendors.open_orders                with so many open orders a kitchen is full, unless it says how many itself
vendors.busy_steps_minutes         how much longer everything takes, step by step, on the way there
vendors.push_seconds               for a vendor's system to take what is pushed
vendors.poll_seconds               for a vendor's system to fetch and acknowledge it
vendors.call_seconds               before its time is over staff call about an order that nobody answered
vendors.may_accept_unanswered      whether a vendor may have such orders accepted
vendors.accept_lead_seconds        so long before their time is over
vendors.log_days                   how long it is kept what vendors' systems were told and answered
vendors.feed_hours                 how long vendors' systems can fetch it
vendors.failing_hours              an address that fails for so long is disabled
"""

from __future__ import annotations

from datetime import date, timedelta

from tiffin.dto import DTO
from tiffin.regions import Region


def unanswered_before_pause(region: Region, *, on: date) -> int:
    return region.setting("vendors.unanswered_before_pause", int, on=on)


def unanswered_pause(region: Region, *, on: date) -> timedelta:
    return timedelta(minutes=region.setting("vendors.unanswered_pause_minutes", int, on=on))


def told_is_kept(region: Region, *, on: date) -> timedelta:
    return timedelta(days=region.setting("vendors.log_days", int, on=on))


def feed_is_kept(region: Region, *, on: date) -> timedelta:
    return timedelta(hours=region.setting("vendors.feed_hours", int, on=on))


def may_fail_for(region: Region, *, on: date) -> timedelta:
    return timedelta(hours=region.setting("vendors.failing_hours", int, on=on))


class LadderTimes(DTO):
    """How long an order waits where, until the next way to have it answered is tried."""

    push: timedelta
    poll: timedelta
    call_before: timedelta
    accept_before: timedelta
    may_accept: bool


def ladder_times(region: Region, *, on: date) -> LadderTimes:
    def seconds(name: str) -> timedelta:
        return timedelta(seconds=region.setting(f"vendors.{name}_seconds", int, on=on))

    return LadderTimes(
        push=seconds("push"),
        poll=seconds("poll"),
        call_before=seconds("call"),
        accept_before=seconds("accept_lead"),
        may_accept=region.setting("vendors.may_accept_unanswered", bool, on=on),
    )


class LoadSteps(DTO):
    """A kitchen with `limit` open orders is full; before that everything takes `minutes` longer, by steps."""

    limit: int
    minutes: tuple[int, ...]


def load_steps(region: Region, *, on: date) -> LoadSteps:
    return LoadSteps(
        limit=region.setting("vendors.open_orders", int, on=on),
        minutes=tuple(region.setting("vendors.busy_steps_minutes", list[int], on=on)),
    )
