"""Restaurants that the demo does not have: one always open, one never, and one in a region in a hurry.

Run as a program in the running platform's environment with what their names end in; prints what it made as
JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

MENU = Path(__file__).with_name("menu.json")
PASSWORD = "noodles-at-midnight"
SOHO = (51.5137, -0.1312)
TESTVILLE = (48.0, 2.0)
NEVER = "Jan 01 03:00-03:01"
# All suites order here, and some of them have nobody in the kitchen.
MOST_OPEN_ORDERS = 1_000


def make(name: str) -> dict[str, Any]:
    return {
        "open": _restaurant(f"open-all-hours-{name}", "gb", "GBP", SOHO, "24/7"),
        "closed": _restaurant(f"never-open-{name}", "gb", "GBP", SOHO, NEVER),
        "hurried": _restaurant(f"in-a-hurry-{name}", "xt", "EUR", TESTVILLE, "24/7"),
    }


def _restaurant(slug: str, region: str, currency: str, at: tuple[float, float], hours: str) -> dict[str, Any]:
    from modules.restaurants.interface import Point, RestaurantProfile, Restaurants, Working
    from tiffin.interfaces import CommandKey, call
    from tiffin.money import Money

    lat, lon = at
    restaurant = call(Restaurants).register(
        key=CommandKey(f"register-{slug}"),
        profile=RestaurantProfile(
            slug=slug,
            name=slug.replace("-", " ").capitalize(),
            cuisine="ramen",
            region=region,
            city="testville",
            area="Centre",
            point=Point(lat=lat, lon=lon),
            zone=tuple((lon + x, lat + y) for x, y in ((-0.1, -0.1), (0.1, -0.1), (0.1, 0.1), (-0.1, 0.1))),
            opening_hours=hours,
            preparation_minutes=10,
            min_order=Money(amount=500, currency=currency),
            picture="<svg xmlns='http://www.w3.org/2000/svg'/>",
        ),
    )
    call(Restaurants).import_menu(
        key=CommandKey(f"menu-{slug}"),
        restaurant_id=restaurant.id,
        document=MENU.read_text(),
        pictures={},
    )
    call(Restaurants).set_working(
        key=CommandKey(f"working-{slug}"),
        restaurant_id=restaurant.id,
        wanted=Working(open_orders_limit=MOST_OPEN_ORDERS),
    )
    return {"id": str(restaurant.id), "lat": lat, "lon": lon, "kitchen": _kitchen(slug, restaurant.id)}


def _kitchen(slug: str, restaurant_id: Any) -> str:
    from modules.identity.interface import AccountKind, Identity
    from tiffin.interfaces import CommandKey, call

    email = f"{slug}@example.com"
    call(Identity).create_account(
        key=CommandKey(f"account-{slug}"),
        email=email,
        password=PASSWORD,
        kind=AccountKind.RESTAURANT,
        restaurants=(restaurant_id,),
    )
    return email


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(make(sys.argv[1]), sys.stdout)
