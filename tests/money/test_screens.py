"""One order, paid over the real wire, has one total: from the first price to the provider's charge and the
last file, wherever somebody reads it."""

from __future__ import annotations

import csv
import json
from datetime import timedelta

import pytest

from modules.identity.interface import Identity
from modules.orders.interface import OrderView
from modules.orders.services import write_receipts
from modules.orders.tests import scenes
from modules.payments import services
from modules.payments.models import Book
from modules.payments.tests.ledger import Memory
from modules.restaurants.interface import RestaurantView
from modules.storefront.tests.people import Customer, basket, found, kitchen, open_noodle_bar
from tests.money.looking import payment_of, row_of, staff
from tests.money.wires import Wire
from tiffin import clock
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.testing import api, settle

pytestmark = pytest.mark.database

BILL = r'<div class="total"><dt>Total</dt><dd>£([0-9]+\.[0-9][0-9])</dd>'


@pytest.fixture
def noodle_bar(wire: Wire, database: object) -> RestaurantView:
    services.open_books()
    return open_noodle_bar()


@pytest.fixture
def zofia(noodle_bar: RestaurantView) -> Customer:
    return Customer.nearby()


def on_page(page: str) -> int:
    """What the bill on a page comes to, in pence."""
    return int(found(BILL, page).replace(".", ""))


def asked_by_api(order: OrderView, noodle_bar: RestaurantView) -> int:
    """The same basket to the same door, by the API."""
    with scenes.acting(ActorKind.CUSTOMER, order.customer_id):
        (address,) = call(Identity).addresses(customer_id=order.customer_id)
    wanted = {
        "restaurant_id": str(noodle_bar.id),
        "lines": json.loads(basket()),
        "address_ticket": address.ticket,
        "tip": 200,
    }
    answer = api(customer_of(order)).post("/api/v1/quotes", wanted, format="json")
    assert answer.status_code == 200, answer.content
    return int(answer.json()["price"]["total"]["amount"])


def customer_of(order: OrderView) -> Actor:
    return Actor(kind=ActorKind.CUSTOMER, id=order.customer_id)


def is_delivered(order: OrderView) -> None:
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    scenes.take_offer(courier)
    scenes.pick_up(courier, order)
    scenes.drop_off(courier, order)
    write_receipts()


def from_file(address: str, column: str) -> int:
    (row,) = csv.DictReader(staff(address).splitlines())
    return int(row[column])


def read_by_api(order: OrderView) -> dict[str, int]:
    client = api(customer_of(order))
    shown = client.get(f"/api/v1/orders/{order.id}").json()
    (listed,) = client.get("/api/v1/orders").json()["results"]
    paid = client.get(f"/api/v1/payments/{payment_of(order).id}").json()
    receipts = client.get(f"/api/v1/orders/{order.id}/receipts").json()["receipts"]
    return {
        "order": shown["price"]["total"]["amount"],
        "its components": sum(part["amount"]["amount"] for part in shown["price"]["components"]),
        "orders": listed["total"]["amount"],
        "authorised": paid["authorised"]["amount"],
        "captured": paid["captured"]["amount"],
        "receipts": sum(receipt["total"]["amount"] for receipt in receipts),
    }


def read_by_staff(order: OrderView) -> dict[str, int]:
    entries = f"/admin/payments/paymententry/export.csv?q={order.id}&kind=captured"
    with clock.shift(timedelta(days=1, hours=2)):
        services.close_days(Book.objects.get(region="gb").pk)
    closed = "/admin/payments/dayclose/export.csv?kind=captured&region=gb"
    return {
        "file of orders": from_file(f"/admin/orders/order/export.csv?q={order.code}", "total_minor"),
        "file of the ledger": from_file(entries, "amount"),
        "file of closed days": sum(int(row["amount"]) for row in csv.DictReader(staff(closed).splitlines())),
    }


def test_the_total_is_the_same_from_the_first_price_to_the_last_file(
    zofia: Customer, noodle_bar: RestaurantView
):
    totals = {"checkout page": on_page(zofia.asks_price())}
    placed = zofia.orders()
    order = scenes.view(found(r"/orders/([0-9a-f-]{36})", placed["Location"]))
    totals["quote by API"] = asked_by_api(order, noodle_bar)
    settle()
    totals["order page before"] = on_page(zofia.sees(placed))

    cook = kitchen(noodle_bar.id)
    assert f"£{order.price.subtotal.amount / 100:.2f}" in cook.get("/restaurant/").content.decode()
    is_delivered(order)

    totals["order page after"] = on_page(zofia.sees(placed))
    totals |= read_by_api(order) | read_by_staff(order)
    at_the_provider = Memory(row_of(order))
    totals["held by the provider"] = at_the_provider.authorised
    totals["taken by the provider"] = at_the_provider.captured
    assert totals == dict.fromkeys(totals, order.total.amount)

    written = str(order.total)
    assert f"£{written.removesuffix(' GBP')}" in zofia.browser.get("/orders/").content.decode()
    for page in (
        f"/admin/orders/order/?q={order.code}",
        f"/admin/payments/payment/?q={order.id}",
        f"/admin/payments/paymententry/?q={order.id}&kind=captured",
        "/admin/payments/dayclose/?kind=captured&region=gb",
    ):
        assert written in staff(page), page
    for receipt in receipts_of(order):
        page = api(customer_of(order)).get(f"/api/v1/orders/{order.id}/receipts/{receipt['id']}/page")
        assert f"{receipt['total']['amount'] / 100:.2f}" in page.content.decode()


def receipts_of(order: OrderView) -> list[dict]:
    answer = api(customer_of(order)).get(f"/api/v1/orders/{order.id}/receipts")
    return answer.json()["receipts"]
