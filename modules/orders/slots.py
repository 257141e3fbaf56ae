"""The times that can be ordered for beforehand: parts of an hour on the region's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from modules.orders.interface import Fulfilment, Wishes
from modules.orders.menus import is_open
from modules.restaurants.interface import RestaurantFacts
from tiffin import regions
from tiffin.regions import Region


def slot_length(region: Region, at: datetime) -> timedelta:
    return timedelta(minutes=region.setting("scheduling.slot_minutes", int, on=region.local(at).date()))


def days_ahead(region: Region, at: datetime) -> int:
    return region.setting("scheduling.days_ahead", int, on=region.local(at).date())


def lead_time(region: Region, *, preparation_minutes: int, fulfilment: Fulfilment, at: datetime) -> timedelta:
    """How long before the wanted time the restaurant is asked: it answers, cooks, and somebody brings it."""
    today = region.local(at).date()
    answer = timedelta(seconds=region.setting("timeouts.restaurant_accept_seconds", int, on=today))
    return answer + timedelta(minutes=preparation_minutes) + _way(region, fulfilment, at)


def leaves_kitchen_at(facts: RestaurantFacts, wishes: Wishes, *, at: datetime) -> datetime:
    """When the food can leave the kitchen: of an order for later, that long before it is at the door."""
    if wishes.wanted_at is None:
        return at + timedelta(minutes=facts.preparation_minutes)
    return wishes.wanted_at - _way(regions.get(facts.region), wishes.fulfilment, at)


def _way(region: Region, fulfilment: Fulfilment, at: datetime) -> timedelta:
    if fulfilment is not Fulfilment.DELIVERY:
        return timedelta(0)
    return timedelta(minutes=region.setting("scheduling.lead_minutes", int, on=region.local(at).date()))


def starts(facts: RestaurantFacts, fulfilment: Fulfilment, now: datetime) -> Iterator[datetime]:
    """The beginnings of the slots for which the restaurant can still be asked, the next one first: it is open
    then, and when it is asked."""
    region = regions.get(facts.region)
    length = slot_length(region, now)
    days = timedelta(days=days_ahead(region, now))
    lead = lead_time(region, preparation_minutes=facts.preparation_minutes, fulfilment=fulfilment, at=now)
    moment = _next(region, now + lead, length)
    while moment <= now + days:
        if all(_opens(facts, at) for at in (moment - lead, moment)):
            yield moment
        # Counted in real time: on the night when the clocks change no slot is skipped or comes twice.
        moment += length


def _opens(facts: RestaurantFacts, at: datetime) -> bool:
    return is_open(facts.opening_hours, at=at, zone=facts.time_zone)


def _next(region: Region, moment: datetime, length: timedelta) -> datetime:
    """The first beginning of a slot at or after the moment: whole lengths since the last full hour there."""
    local = region.local(moment)
    since_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment + (-since_hour % length)
