"""What a region decides about deliveries: rows of its `region.toml`.

timeouts.courier_search_seconds        to find a courier, then the delivery has failed
timeouts.courier_offer_seconds         for a courier to answer, then the next one is asked
timeouts.courier_pickup_seconds        after the food is ready, then the courier is not coming
timeouts.delivery_seconds              from pick-up to the door, then the delivery has failed
positions                              how long a courier's place is kept, and what is news of it
handover.code                          of which worth on the customer says a code at the door; no row: never
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from tiffin.dto import DTO
from tiffin.regions import NoRuleInForce, Region

DEFAULT_SECONDS = {
    "courier_search_seconds": 1200,
    "courier_offer_seconds": 60,
    "courier_pickup_seconds": 900,
    "delivery_seconds": 10800,
}


class HandoverCode(DTO):
    """The row `handover.code`: from `above` on (minor units of what the customer pays, 0: always) the
    customer says a code at the door. After `attempts` wrong ones it is locked. `may_leave`: it may be
    left at the door without, for a reason."""

    above: int
    attempts: int
    may_leave: bool


class PositionRule(DTO):
    """The row `positions`: a courier's last place is kept for `keep_seconds`, and not after the shift. A
    report that comes sooner than `every_seconds` after the last is left out unless `every_metres` away."""

    keep_seconds: int
    every_seconds: int
    every_metres: int


@lru_cache(maxsize=64)
def position_rule(region: Region, *, on: date) -> PositionRule:
    return region.rule("positions", PositionRule, on=on)


def handover_code(region: Region, *, on: date) -> HandoverCode | None:
    """None where no code is ever asked."""
    return next(iter(region.rules("handover.code", HandoverCode, on=on)), None)


def patience(region: Region, name: str, *, on: date) -> timedelta:
    """How long the region waits for `timeouts.<name>`, or what is usual where it does not say."""
    try:
        return timedelta(seconds=region.setting(f"timeouts.{name}", int, on=on))
    except NoRuleInForce:
        return timedelta(seconds=DEFAULT_SECONDS[name])
