"""Who meets on our pages: a noodle bar in Soho, its people, a courier and a customer, each with a browser."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections
from django.test import Client
from django.urls import reverse

from modules.identity.interface import AccountKind, Identity
from modules.restaurants.interface import Point, RestaurantProfile, Restaurants, RestaurantView
from modules.rewards.interface import Flow, Posting, Rewards, Transfer
from tiffin import clock, ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.interfaces import CommandKey, call
from tiffin.money import Money
from tiffin.testing import settle, token
from tiffin.web.auth import ACCESS_COOKIE, principal_of

BENEFITS = '[{"kind": "free_delivery", "minimum": 1500, "within_m": 4000}]'
PASSWORD = "a good long password"
SOHO = Point(lat=51.5137, lon=-0.1312)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def new_key() -> CommandKey:
    return CommandKey(str(ids.new_id()))


def _titled(text: str) -> dict[str, Any]:
    return {"translations": {"en": text}}


def _item(name: str, price: int, *groups: str, labels: tuple[str, ...] = ()) -> dict[str, Any]:
    item: dict[str, Any] = {"id": name, "title": _titled(name), "price_info": {"price": price}}
    if labels:
        item["tax_label_info"] = {"default_value": {"labels": list(labels)}}
    return item | ({"modifier_group_ids": {"ids": list(groups)}} if groups else {})


# Uber Eats menu v2: ramen must come with a broth.
MENU = {
    "items": [
        _item("Ramen", 1250, "Broth"),
        _item("Gyoza", 650),
        _item("Beer", 550, labels=("CAT_BEER",)),
        _item("Miso", 0),
        _item("Tonkotsu", 150),
    ],
    "modifier_groups": [
        {
            "id": "Broth",
            "title": _titled("Broth"),
            "modifier_options": [{"id": "Miso", "type": "ITEM"}, {"id": "Tonkotsu", "type": "ITEM"}],
            "quantity_info": {"quantity": {"min_permitted": 1, "max_permitted": 1}},
        }
    ],
    "categories": [
        {
            "id": "all",
            "title": _titled("All"),
            "entities": [{"id": dish, "type": "ITEM"} for dish in ("Ramen", "Gyoza", "Beer")],
        }
    ],
    "menus": [
        {
            "id": "menu",
            "title": _titled("Menu"),
            "service_availability": [
                {"day_of_week": day, "time_periods": [{"start_time": "00:00", "end_time": "23:59"}]}
                for day in DAYS
            ],
            "category_ids": ["all"],
        }
    ],
}


def open_noodle_bar(*, hours: str = "24/7", **given: Any) -> RestaurantView:
    """One in Soho, or another that differs in what is given."""
    profile = RestaurantProfile(
        slug="noodle-bar",
        name="Noodle Bar",
        cuisine="ramen",
        region="gb",
        city="london",
        area="Soho",
        point=SOHO,
        zone=((-0.2, 51.45), (-0.05, 51.45), (-0.05, 51.56), (-0.2, 51.56)),
        opening_hours=hours,
        preparation_minutes=20,
        min_order=Money(amount=500, currency="GBP"),
        picture="<svg xmlns='http://www.w3.org/2000/svg'/>",
    )
    profile = msgspec.structs.replace(profile, **given)
    restaurant = call(Restaurants).register(key=new_key(), profile=profile)
    call(Restaurants).import_menu(
        key=new_key(), restaurant_id=restaurant.id, document=json.dumps(MENU), pictures={}
    )
    settle()
    return restaurant


def basket(*, broth: bool = True, quantity: int = 1) -> str:
    """Ramen, as the page's script keeps it."""
    (restaurant,) = call(Restaurants).with_slugs(slugs=["noodle-bar"])
    menu = call(Restaurants).menu(restaurant_id=restaurant.id)
    ramen = menu.document.categories[0].items[0]
    group = ramen.groups[0]
    choices = [{"group_id": str(group.id), "option_id": str(group.options[0].id)}] if broth else []
    return json.dumps([{"item_id": str(ramen.id), "quantity": quantity, "choices": choices}])


def beers(quantity: int = 2) -> str:
    (restaurant,) = call(Restaurants).with_slugs(slugs=["noodle-bar"])
    items = call(Restaurants).menu(restaurant_id=restaurant.id).document.categories[0].items
    (beer,) = (item for item in items if item.title == "Beer")
    return json.dumps([{"item_id": str(beer.id), "quantity": quantity, "choices": []}])


class Customer:
    """A browser, and what its owner does on our pages."""

    def __init__(self) -> None:
        self.browser = Client()

    def registers(self, email: str = "zofia@example.com", **changes: str) -> Any:
        form = {"email": email, "password": PASSWORD} | changes
        return self.browser.post(reverse("page-register"), form)

    @classmethod
    def nearby(cls) -> Customer:
        """Registered, with an address in Soho."""
        customer = cls()
        customer.registers()
        customer.keeps_address()
        return customer

    def keeps_address(self, **changes: str) -> Any:
        form = {"name": "Zofia", "street": "12 Frith Street", "postcode": "W1D 4RQ", "area": "Soho"}
        return self.browser.post(reverse("checkout-address", args=["noodle-bar"]), form | changes)

    def address(self) -> str:
        page = self.browser.get(reverse("checkout", args=["noodle-bar"])).content.decode()
        return found(r'name="address" form="place" value="([^"]+)"', page)

    def asks_price(self, **changes: str) -> str:
        form = {"basket": basket(), "address": self.address(), "tip": "200"} | changes
        answer = self.browser.post(reverse("checkout-quote", args=["noodle-bar"]), form)
        return str(answer.content.decode())

    def orders(self, *, card: str = "pm_card_visa", key: str = "first", **wishes: str) -> Any:
        quote = found(r'name="quote" value="([^"]+)"', self.asks_price(**wishes))
        form = {"quote": quote, "payment_method": card, "key": key}
        return self.browser.post(reverse("checkout-place", args=["noodle-bar"]), form)

    @property
    def id(self) -> UUID:
        actor = principal_of(self.browser.cookies[ACCESS_COOKIE].value).actor
        assert actor.id is not None
        return actor.id

    def is_given(self, points: int) -> None:
        """Points to spend at once, as they come from somebody's goodwill."""
        grant = Transfer(
            id=ids.new_id(),
            flow=Flow.GRANT,
            amount=points,
            region="gb",
            customer_id=self.id,
            expires_at=clock.now() + timedelta(days=365),
        )
        call(Rewards).post_many(key=new_key(), postings=[Posting(transfers=(grant,))])

    def sets_aside(self, points: int) -> None:
        """Points for an order, which is none that anybody knows."""
        call(Rewards).hold(
            key=new_key(),
            hold_id=ids.new_id(),
            customer_id=self.id,
            order_id=ids.new_id(),
            points=points,
            region="gb",
        )

    def sees(self, order: Any) -> str:
        """The page of an order that was just placed."""
        return str(self.browser.get(order["Location"]).content.decode())


def a_cause(name: str, *, region: str = "gb", currency: str = "GBP", about: str = "", site: str = "") -> str:
    """A charity, as staff write it down."""
    charity = ids.new_id()
    with connections["rewards"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO rewards_charity (id, region, name, about, site, active, currency, settles_by,"
            " organisation, payee_reference, held, settled_to, created_at) VALUES"
            " (%s, %s, %s, %s, %s, true, %s, 'bank_transfer', '', '', '', now(), now())",
            [charity, region, name, about, site, currency],
        )
    return str(charity)


def a_plan(code: str = "plus", *, level: int = 1, **terms: Any) -> str:
    """A plan of £4.99 a month that can be joined, unless the terms say otherwise, as staff make it."""
    staff = _staff()
    plan = {"title": code.title(), "region": "gb", "code": code, "months": "1", "level": str(level)}
    assert staff.post("/admin/subscriptions/plan/add/", plan).status_code == 302
    with connections["subscriptions"].cursor() as cursor:
        cursor.execute("SELECT id FROM subscriptions_plan WHERE code = %s", [code])
        ((plan_id,),) = cursor.fetchall()
    usual = {
        "plan": plan_id,
        "from_at_0": "2020-01-01",
        "from_at_1": "00:00:00",
        "price": "499",
        "trial_days": "0",
        "intro_periods": "0",
        "benefits": BENEFITS,
    }
    answer = staff.post("/admin/subscriptions/planversion/add/", usual | terms)
    assert answer.status_code == 302, answer.content.decode()
    staff.post("/admin/subscriptions/plan/", {"action": "offer", "_selected_action": plan_id})
    return str(plan_id)


def _staff() -> Client:
    staff = Client()
    everywhere = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("operations",), regions=(EVERY_REGION,))
    staff.cookies[STAFF_COOKIE] = token(everywhere)
    return staff


def promotes(**says: Any) -> None:
    """Staff begin a promotion in Great Britain."""
    staff = _staff()
    usual = {
        "region": "gb",
        "funded_by": "platform",
        "items": "[]",
        "min_subtotal": "0",
        "hours": "24/7",
        "starts_at_0": "2020-01-01",
        "starts_at_1": "00:00:00",
    }
    answer = staff.post("/admin/orders/promotion/add/", usual | says)
    assert answer.status_code == 302, answer.content.decode()


def offers_points(title: str, **says: Any) -> None:
    """Staff begin a campaign in Great Britain."""
    staff = _staff()
    usual = {"title": title, "region": "gb"}
    times = {"starts_at": clock.now() - timedelta(hours=1), "ends_at": clock.now() + timedelta(days=7)}
    for name, moment in times.items():
        usual |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M:%S}"}
    answer = staff.post("/admin/rewards/campaign/add/", usual | says)
    assert answer.status_code == 302, answer.content.decode()
    with connections["rewards"].cursor() as cursor:
        cursor.execute("SELECT id FROM rewards_campaign WHERE title = %s", [title])
        chosen = {"action": "activate", "_selected_action": [str(cursor.fetchone()[0])]}
    staff.post("/admin/rewards/campaign/", chosen)


def kitchen(*restaurants: UUID, name: str = "kitchen") -> Client:
    return _worker(name, AccountKind.RESTAURANT, "kitchen-login", restaurants=restaurants)


def courier(name: str = "courier") -> Client:
    return _worker(name, AccountKind.COURIER, "courier-login", regions=("gb",))


def _worker(name: str, kind: AccountKind, door: str, **grants: Any) -> Client:
    email = f"{name}@example.com"
    call(Identity).create_account(key=new_key(), email=email, password=PASSWORD, kind=kind, **grants)
    browser = Client()
    browser.post(reverse(door), {"email": email, "password": PASSWORD})
    return browser


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match is not None, f"{pattern} is not on the page: {page}"
    return match[1]


def presses(browser: Client, page: str, pattern: str, **form: str) -> Any:
    """Send the form on `page` whose address matches."""
    address = found(rf'action="({pattern})"', str(browser.get(page).content.decode()))
    return browser.post(address, form)
