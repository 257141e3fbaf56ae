"""A restaurant that cooks, a customer with an address, and what the two of them do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.db import connections

from modules.delivery.interface import CourierId, Delivery, Proof, ProofKind
from modules.delivery.interface import Point as Whereabouts
from modules.identity.interface import AccountKind, Identity
from modules.orders.interface import BasketLine, Choice, Orders, OrderView, Point, QuoteView, Wishes
from modules.orders.models import Order, Promotion
from modules.orders.services import start_promotion
from modules.orders.tests import menus
from modules.restaurants.interface import (
    DelayReason,
    MenuView,
    Option,
    OptionGroup,
    OrderId,
    RejectReason,
    RestaurantId,
    RestaurantProfile,
    Restaurants,
    RestaurantView,
)
from modules.rewards.interface import Flow, Posting, Rewards, Transfer
from tiffin import clock, ids, regions
from tiffin.context import SERVICE, Actor, ActorKind, change, current, use
from tiffin.interfaces import CommandKey, call
from tiffin.log import Event
from tiffin.models import LogEvent
from tiffin.money import Money
from tiffin.regions.file import Dating, Row
from tiffin.testing import settle
from tiffin.web.tokens import sign

SOHO = Point(lat=51.5137, lon=-0.1312)
NEAR_SOHO = Point(lat=51.52, lon=-0.12)
PARIS = Point(lat=48.857, lon=2.352)
VISA = "pm_card_visa"
E = TypeVar("E", bound=Event)


def new_key() -> CommandKey:
    return CommandKey(str(ids.new_id()))


class Kitchen(NamedTuple):
    """A restaurant and its menu, by title."""

    restaurant: RestaurantView
    menu: MenuView

    @property
    def id(self) -> UUID:
        return self.restaurant.id

    def item(self, title: str) -> UUID:
        items = (item for category in self.menu.document.categories for item in category.items)
        return next(item.id for item in items if item.title == title)

    def choice(self, dish: str, group: str, option: str, quantity: int = 1) -> Choice:
        items = (item for category in self.menu.document.categories for item in category.items)
        found, chosen = _find(next(item.groups for item in items if item.title == dish), group, option)
        return Choice(group_id=found.id, option_id=chosen.id, quantity=quantity)

    def egg(self, *yolks: str, quantity: int = 1) -> Choice:
        """An egg on a ramen, with as many choices of how soft it is."""
        items = (item for category in self.menu.document.categories for item in category.items)
        groups = next(item.groups for item in items if item.title == "Ramen")
        toppings, egg = _find(groups, "Toppings", "Egg")
        found = [_find(egg.groups, "Yolk", each) for each in yolks]
        choices = tuple(Choice(group_id=group.id, option_id=option.id) for group, option in found)
        return Choice(group_id=toppings.id, option_id=egg.id, quantity=quantity, choices=choices)

    def line(self, title: str, *choices: Choice, quantity: int = 1) -> BasketLine:
        return BasketLine(item_id=self.item(title), quantity=quantity, choices=choices)

    def ramen(self, quantity: int = 1) -> BasketLine:
        return self.line("Ramen", self.choice("Ramen", "Broth", "Miso"), quantity=quantity)


def _find(groups: tuple[OptionGroup, ...], group: str, option: str) -> tuple[OptionGroup, Option]:
    (found,) = (each for each in groups if each.title == group)
    (chosen,) = (each for each in found.options if each.title == option)
    return found, chosen


def profile(region: str = "gb", *, hours: str = "24/7", min_order: int = 500) -> RestaurantProfile:
    return RestaurantProfile(
        slug=f"noodle-bar-{region}",
        name="Noodle Bar",
        cuisine="ramen",
        region=region,
        city="london",
        area="Soho",
        point=SOHO,
        zone=((-0.2, 51.45), (-0.05, 51.45), (-0.05, 51.56), (-0.2, 51.56)),
        opening_hours=hours,
        preparation_minutes=20,
        min_order=Money(amount=min_order, currency="GBP"),
        picture="<svg xmlns='http://www.w3.org/2000/svg'/>",
    )


def open_kitchen(region: str = "gb", *, hours: str = "24/7") -> Kitchen:
    """A restaurant in Soho, published and known to orders."""
    restaurant = call(Restaurants).register(key=new_key(), profile=profile(region, hours=hours))
    _publish(restaurant.id, menus.menu())
    return Kitchen(restaurant, call(Restaurants).menu(restaurant_id=restaurant.id))


def publish_menu(kitchen: Kitchen, *, ramen: int = 1250, without: tuple[str, ...] = ()) -> None:
    """A new version, in which ramen costs something else or some things are not to be had."""
    menu = menus.menu(ramen=ramen)
    menu["items"] = [item for item in menu["items"] if item["id"] not in without]
    for group in menu["modifier_groups"]:
        group["modifier_options"] = [each for each in group["modifier_options"] if each["id"] not in without]
    for category in menu["categories"]:
        category["entities"] = [each for each in category["entities"] if each["id"] not in without]
    _publish(kitchen.id, menu)


def publish_evening_menu(kitchen: Kitchen, *dishes: str) -> None:
    """A new version, in which these dishes are served from five to midnight only."""
    menu = menus.menu()
    (all_day,) = menu["categories"]
    late = [each for each in all_day["entities"] if each["id"] in dishes]
    all_day["entities"] = [each for each in all_day["entities"] if each["id"] not in dishes]
    evening = {"id": "evening", "title": {"translations": {"en": "Evening"}}, "entities": late}
    menu["categories"].append(evening)
    hours = [
        {**day, "time_periods": [{"start_time": "17:00", "end_time": "23:59"}]}
        for day in menu["menus"][0]["service_availability"]
    ]
    menu["menus"].append(
        {
            "id": "evenings",
            "title": {"translations": {"en": "Evenings"}},
            "service_availability": hours,
            "category_ids": ["evening"],
        }
    )
    _publish(kitchen.id, menu)


def _publish(restaurant_id: UUID, menu: dict) -> None:
    call(Restaurants).import_menu(
        key=new_key(), restaurant_id=RestaurantId(restaurant_id), document=json.dumps(menu), pictures={}
    )
    settle()


def london(moment: str) -> datetime:
    """`2026-06-01 12:00` on London's clocks."""
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Europe/London"))


def register(email: str = "zofia@example.com") -> UUID:
    """A customer with an account, not only an id."""
    account = call(Identity).create_account(
        key=new_key(), email=email, password="a good long password", kind=AccountKind.CUSTOMER, region="gb"
    )
    return account.account_id


def two_pounds_off(*, budget: int) -> Promotion:
    """Of a budget, and once a customer."""
    return start_promotion(
        Promotion(
            region="gb",
            title="Two pounds off",
            kind="fixed",
            amount=200,
            funded_by="platform",
            budget=budget,
            uses_per_customer=1,
        )
    )


PENNY = {"points": 1, "amount": 1}


def give_points(customer: UUID, points: int) -> None:
    """Points that the customer may spend at once."""
    grant = Transfer(
        id=ids.new_id(),
        flow=Flow.GRANT,
        amount=points,
        region="gb",
        customer_id=customer,
        expires_at=clock.now() + timedelta(days=365),
    )
    call(Rewards).post_many(key=new_key(), postings=[Posting(transfers=(grant,))])


def a_cause(region: str = "gb") -> UUID:
    """A charity that customers may give to there, as staff write it down."""
    charity = ids.new_id()
    with connections["rewards"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO rewards_charity (id, region, name, about, site, active, currency, settles_by,"
            " organisation, payee_reference, held, settled_to, created_at)"
            " VALUES (%s, %s, 'Soup for All', 'Soup.', '', true, 'GBP', 'bank_transfer', '', '', '', now(),"
            " now())",
            [charity, region],
        )
    return charity


def ticket_for(customer: UUID, point: Point = NEAR_SOHO, *, expires_in: timedelta | int = 3600) -> str:
    """An address ticket as identity signs it."""
    claims = {
        "sub": str(customer),
        "address_id": str(ids.new_id()),
        "lat": point.lat,
        "lon": point.lon,
        "area": "London",
        "sealed": "c2VhbGVk",
    }
    return sign(claims, audience="address", expires_in=expires_in)


def quote(kitchen: Kitchen, customer: UUID, *lines: BasketLine, **more: object) -> QuoteView:
    """`more` are the wishes, and the tip."""
    tip = more.pop("tip", 0)
    wishes = Wishes(**more)
    return call(Orders).quote(
        restaurant_id=kitchen.id,
        lines=lines or (kitchen.ramen(),),
        customer_id=customer,
        address_ticket=None if wishes.is_fetched else ticket_for(customer),
        tip=tip,
        wishes=wishes,
    )


def place(
    kitchen: Kitchen, customer: UUID, *lines: BasketLine, method: str = VISA, **more: object
) -> OrderView:
    """Quote and place; nothing has been done about it yet."""
    return place_token(customer, quote(kitchen, customer, *lines, **more).token, method=method)


def place_token(customer: UUID, token: str, *, method: str = VISA) -> OrderView:
    with acting(ActorKind.CUSTOMER, customer):
        return call(Orders).place(
            key=new_key(), customer_id=customer, quote=token, payment_method=method, age_confirmed=True
        )


def order_of(order: OrderView) -> Order:
    return Order.objects.get(pk=order.id)


def told(order: OrderView, event: type[E]) -> list[E]:
    """What was published of this kind about the order."""
    rows = LogEvent.objects.using("orders").filter(key=order.id, name=event.wire).order_by("seq")
    return [msgspec.json.decode(bytes(row.payload), type=event) for row in rows]


@contextmanager
def acting(kind: ActorKind, actor_id: UUID, **more: object) -> Iterator[None]:
    with use(current()):
        change(actor=Actor(kind=kind, id=actor_id, **more))
        yield


# --- the others -------------------------------------------------------------------------------------


def accept(order: OrderView) -> None:
    accept_unheard(order)
    settle()


def accept_unheard(order: OrderView) -> None:
    """The restaurant accepts, and nobody has been told yet."""
    _at_the_counter(order).accept(key=new_key(), order_id=OrderId(order.id), ready_in_minutes=20)


def reject(order: OrderView) -> None:
    _at_the_counter(order).reject(key=new_key(), order_id=OrderId(order.id), reason=RejectReason.TOO_BUSY)
    settle()


def ready(order: OrderView) -> None:
    _at_the_counter(order).mark_ready(key=new_key(), order_id=OrderId(order.id))
    settle()


def postpone(order: OrderView, *, until: datetime) -> None:
    """The kitchen needs longer."""
    _at_the_counter(order).postpone(
        key=new_key(), order_id=OrderId(order.id), ready_at=until, reason=DelayReason.BUSY
    )
    settle()


def hand_over(order: OrderView) -> None:
    """The customer has come for it."""
    _at_the_counter(order).hand_over(key=new_key(), order_id=OrderId(order.id))
    settle()


def _at_the_counter(order: OrderView) -> Restaurants:
    change(actor=SERVICE)
    return call(Restaurants)


def courier_on_shift(region: str = "gb") -> UUID:
    courier = ids.new_id()
    call(Delivery).start_shift(key=new_key(), courier_id=CourierId(courier), region=region)
    call(Delivery).report_position(
        courier_id=CourierId(courier), region=region, point=Whereabouts(lat=SOHO.lat, lon=SOHO.lon)
    )
    settle()
    return courier


def take_offer(courier: UUID) -> None:
    (offer,) = call(Delivery).offers(courier_id=CourierId(courier))
    call(Delivery).accept_offer(key=new_key(), courier_id=CourierId(courier), offer_id=offer.id)
    settle()


def pick_up(courier: UUID, order: OrderView) -> None:
    call(Delivery).pick_up(key=new_key(), courier_id=CourierId(courier), order_id=order.id)
    settle()


def drop_off(courier: UUID, order: OrderView) -> None:
    checked = (Proof(kind=ProofKind.AGE_CHECKED),)
    call(Delivery).drop_off(key=new_key(), courier_id=CourierId(courier), order_id=order.id, proof=checked)
    settle()


def carry(kitchen: Kitchen, customer: UUID, *lines: BasketLine) -> tuple[OrderView, UUID]:
    """An order and its courier, at the door."""
    order = place(kitchen, customer, *lines)
    settle()
    courier = courier_on_shift()
    accept(order)
    take_offer(courier)
    pick_up(courier, order)
    return order, courier


def refuse_at_door(order: OrderView, courier: UUID) -> None:
    """Nobody there is old enough."""
    call(Delivery).refuse_at_door(key=new_key(), courier_id=CourierId(courier), order_id=order.id)
    settle()


def deliver(kitchen: Kitchen, customer: UUID, *lines: BasketLine, tip: int = 0) -> OrderView:
    """An order that goes all the way to the door, and is paid."""
    token = quote(kitchen, customer, *lines, tip=tip).token
    with acting(ActorKind.CUSTOMER, customer):
        order = call(Orders).place(
            key=new_key(), customer_id=customer, quote=token, payment_method=VISA, age_confirmed=True
        )
    settle()
    courier = courier_on_shift()
    accept(order)
    take_offer(courier)
    pick_up(courier, order)
    drop_off(courier, order)
    call(Delivery).end_shift(key=new_key(), courier_id=CourierId(courier))
    return order


def rules(monkeypatch: pytest.MonkeyPatch, table: str, *rows: dict[str, object], region: str = "gb") -> None:
    """The region says this in `table` while the test lasts, as if it stood in its file."""
    found = regions.get(region)
    dating = Dating(valid_from=date(2020, 1, 1), source="house rule", confirmed=True)
    said = tuple(Row(place=table, dating=dating, data=row) for row in rows)
    monkeypatch.setattr(found, "tables", {**found.tables, table: said})
    monkeypatch.setattr(found, "_read", {})


def wait(seconds: float) -> None:
    """Let time pass, and everything happen that was due."""
    with clock.shift(timedelta(seconds=seconds)):
        settle()


def cancel(order: OrderView) -> OrderView:
    return call(Orders).cancel(key=new_key(), customer_id=order.customer_id, order_id=order.id)


def cancel_by_staff(order: OrderView) -> OrderView:
    return call(Orders).cancel_by_staff(key=new_key(), order_id=order.id, note="fire_in_the_kitchen")


def view(order_id: str) -> OrderView:
    (found,) = call(Orders).get_many(order_ids=(UUID(order_id),))
    return found
