"""Restaurants that advertise, and people who look."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from modules.ads import services
from modules.ads.interface import (
    Ad,
    AdvertiserKind,
    Decision,
    Objective,
    Pacing,
    PageView,
    Place,
    Placement,
    Point,
    Pricing,
)
from modules.ads.models import Advertiser, Campaign, Creative, DecisionRecord, Flight
from modules.ads.services import Origin, campaigns, checking, leasing, settling, writing
from modules.ads.services.keeping import keeper
from modules.restaurants.interface import ItemId, RestaurantProfile, Restaurants, RestaurantView
from modules.restaurants.interface import Point as Address
from tiffin import clock, ids
from tiffin.interfaces import CommandKey, call
from tiffin.log import Event
from tiffin.models import LogEvent
from tiffin.money import Money
from tiffin.testing.settling import settle as settle_events

E = TypeVar("E", bound=Event)

PERSON = Origin(user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/133.0", address="203.0.113.7")
SOHO = Point(lat=51.5136, lon=-0.1365)
POUND = 1_000_000
HOME = (Place(placement=Placement.HOME_CAROUSEL, slots=1),)


def new_key() -> CommandKey:
    return CommandKey(str(ids.new_id()))


def restaurant(slug: str = "noodle-bar", *, hours: str = "24/7", **given: Any) -> RestaurantView:
    """One in Soho that sells ramen for 12.50 and gyoza for 6.50."""
    profile = {
        "slug": slug,
        "name": "Noodle Bar",
        "cuisine": "ramen",
        "region": "gb",
        "city": "london",
        "area": "Soho",
        "point": Address(lat=51.5136, lon=-0.1365),
        "zone": ((-0.2, 51.45), (-0.05, 51.45), (-0.05, 51.56), (-0.2, 51.56)),
        "opening_hours": hours,
        "preparation_minutes": 20,
        "min_order": Money(amount=1500, currency="GBP"),
        "picture": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        **given,
    }
    made = call(Restaurants).register(key=new_key(), profile=RestaurantProfile(**profile))
    menu = json.dumps(_menu({"Ramen": 1250, "Gyoza": 650}))
    call(Restaurants).import_menu(key=new_key(), restaurant_id=made.id, document=menu, pictures={})
    return made


def dish(of: RestaurantView, title: str) -> ItemId:
    menu = call(Restaurants).menu(restaurant_id=of.id)
    items = (item for category in menu.document.categories for item in category.items)
    return next(item.id for item in items if item.title == title)


def _menu(dishes: dict[str, int]) -> dict[str, Any]:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    periods = [{"start_time": "00:00", "end_time": "23:59"}]
    always = [{"day_of_week": day, "time_periods": periods} for day in days]
    return {
        "items": [
            {
                "id": name,
                "title": {"translations": {"en": name}},
                "price_info": {"price": price},
                "tax_label_info": {"default_value": {"labels": ["TEMP_HEATED"]}},
            }
            for name, price in dishes.items()
        ],
        "modifier_groups": [],
        "categories": [
            {
                "id": "all",
                "title": {"translations": {"en": "All"}},
                "entities": [{"id": name, "type": "ITEM"} for name in dishes],
            }
        ],
        "menus": [
            {
                "id": "menu",
                "title": {"translations": {"en": "Menu"}},
                "service_availability": always,
                "category_ids": ["all"],
            }
        ],
    }


def advertiser(restaurant_id: UUID | None = None, **given: Any) -> Advertiser:
    kind = AdvertiserKind.RESTAURANT if restaurant_id else AdvertiserKind.BRAND
    return campaigns.open_advertiser(
        Advertiser(
            **{
                "region": "gb",
                "kind_name": kind.value,
                "name": "Ramen & Co" if restaurant_id else "Cola",
                "restaurant_id": restaurant_id,
                **given,
            }
        )
    )


def draft(of: Advertiser, **given: Any) -> Campaign:
    now = clock.now()
    terms = {
        "advertiser": of,
        "name": "Lunch",
        "objective_name": Objective.TRAFFIC.value,
        "pricing_name": Pricing.CPC.value,
        "bid": POUND // 2,
        "budget": 100 * POUND,
        "pacing_name": Pacing.ASAP.value,
        "starts_at": now - timedelta(hours=1),
        "ends_at": now + timedelta(days=7),
        "landing": "" if of.restaurant_id else "https://cola.example/",
        **given,
    }
    if of.kind in checking.FREE:
        terms |= {"bid": 0, "budget": 0}
    return campaigns.draft_campaign(Campaign(**terms))


def flight(of: Campaign, **given: Any) -> Flight:
    terms = {"campaign": of, "name": "All", "placements": [Placement.HOME_CAROUSEL.value], "cap": 0, **given}
    return campaigns.add_flight(Flight(**terms))


def creative(of: Campaign, **given: Any) -> Creative:
    terms = {"campaign": of, "name": "One", "headlines": {"": "{restaurant}: {dish} for {price}"}, **given}
    if not of.advertiser.restaurant_id and "headlines" not in given:
        terms["headlines"] = {"": "Drink cola"}
    return campaigns.add_creative(Creative(**terms))


def running(of: Advertiser, *, creatives: Iterable[dict[str, Any]] = ({},), **given: Any) -> Campaign:
    """A campaign that staff have approved, with one flight."""
    of_flight = {name: given.pop(name) for name in list(given) if name in _OF_FLIGHT}
    made = draft(of, **given)
    flight(made, **of_flight)
    for each in creatives:
        creative(made, **each)
    campaigns.submit_campaign(campaign_id=made.id)
    campaigns.approve_campaign(campaign_id=made.id)
    return Campaign.get(made.id)


_OF_FLIGHT = {field.name for field in Flight._meta.fields} - {"id", "name", "campaign"}


def open_for_ads() -> None:
    """What was told has arrived, and this process knows it."""
    settle_events()
    keeper.empty()
    keeper.load()


def look(places: Iterable[Place] = HOME, **view: Any) -> Decision:
    """Somebody in Soho opens a page, and sees what may be shown at this moment."""
    keeper.refresh()
    return services.decide(
        PageView(**{"region": "gb", "point": SOHO, "language": "en", **view}), list(places)
    )


def ads(decision: Decision) -> list[Ad]:
    return [ad for place in decision.places for ad in place.ads]


def see(*shown: Ad, origin: Origin = PERSON) -> int:
    return services.record_impressions([ad.token for ad in shown], origin)


def click(ad: Ad, origin: Origin = PERSON) -> str:
    return services.record_click(ad.token, origin)


def settle() -> None:
    """Decisions are written, events charged, money leased."""
    while writing.write():
        pass
    while settling.settle():
        pass
    leasing.lease(keeper.snapshot.allowances)


def browser() -> UUID:
    """One that agreed to be known again."""
    device_id = ids.new_id()
    services.agree_as_browser(device_id, personal=True)
    return device_id


def told(aggregate: UUID, event: type[E]) -> list[E]:
    """Events of this kind that were told about it, in their order."""
    rows = LogEvent.objects.using("ads").filter(name=event.wire, key=aggregate).order_by("seq")
    return [msgspec.json.decode(bytes(row.payload), type=event) for row in rows]


def written(decision: Decision) -> list[dict[str, Any]]:
    """What was written down of the winners of a decision."""
    settle()
    record = DecisionRecord.objects.get(pk=decision.id)
    return [won for place in record.places for won in place["won"]]
