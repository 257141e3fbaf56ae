"""The matrix's restaurants and workers. Run as a program in the running platform's environment; prints what
it made as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

MENU = Path(__file__).parent.parent / "acceptance" / "menu.json"
PASSWORD = "who-may-do-what"
PLACES = {
    "matrix-gb": ("gb", "london", "GBP", (51.45, -0.3)),
    "matrix-pl": ("pl", "warsaw", "PLN", (52.15, 21.1)),
}
ROLES = ("support", "operations", "finance", "admin")
# The scope of each staff account: every region, this one, another one.
SCOPES = {"everywhere": (), "gb": ("gb",), "pl": ("pl",)}


def staff_names() -> list[str]:
    """`support of gb`, …, and somebody of the staff who has no role at all."""
    return [f"{role} of {scope}" for role in ROLES for scope in SCOPES] + ["nobody of nowhere"]


def email_of(name: str) -> str:
    return f"{name.replace(' ', '-')}@matrix.example"


def make() -> dict[str, Any]:
    places = {slug: _restaurant(slug, *PLACES[slug]) for slug in PLACES}
    for slug, place in places.items():
        region = PLACES[slug][0]
        for name in (f"kitchen {slug}", f"spare kitchen {slug}"):
            place[name] = _account(name, "restaurant", region, restaurants=(place["id"],))
        place[f"customer {region}"] = _account(f"customer {region}", "customer", region)
        for name in (f"courier {region}", f"spare courier {region}", f"leaving courier {region}"):
            place[name] = _account(name, "courier", region, regions=(region,))
    for name in (*staff_names(), "spare of nowhere"):
        role, _, scope = name.split()
        _account(name, "staff", "", roles=(role,) if role in ROLES else (), regions=SCOPES.get(scope, ()))
    return places


def _restaurant(slug: str, region: str, city: str, currency: str, at: tuple[float, float]) -> dict[str, Any]:
    from modules.restaurants.interface import Point, RestaurantProfile, Restaurants
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
            city=city,
            area="Matrix",
            point=Point(lat=lat, lon=lon),
            zone=tuple((lon + x, lat + y) for x, y in ((-0.1, -0.1), (0.1, -0.1), (0.1, 0.1), (-0.1, 0.1))),
            opening_hours="24/7",
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
    return {"id": str(restaurant.id), "slug": slug, "lat": lat, "lon": lon, "kitchen": ""}


def _account(name: str, kind: str, region: str, **grants: Any) -> str:
    from modules.identity.interface import AccountKind, Identity
    from tiffin.interfaces import CommandKey, call

    account = call(Identity).create_account(
        key=CommandKey(f"account-{email_of(name)}"),
        email=email_of(name),
        password=PASSWORD,
        kind=AccountKind(kind),
        region=region,
        **grants,
    )
    return str(account.account_id)


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(make(), sys.stdout)
