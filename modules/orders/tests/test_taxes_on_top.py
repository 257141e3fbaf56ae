"""A region whose prices have their taxes on top, of several areas, and whose totals are rounded: from the
price to what goes back, everywhere the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from modules.orders.interface import ComponentKind, Orders, Party
from modules.orders.jobs import put_in_writing
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_claims import claim
from modules.orders.tests.test_journey import payment_of
from modules.payments.interface import Party as LiableParty
from modules.payments.interface import Payments
from tiffin import regions
from tiffin.interfaces import call
from tiffin.testing import settle

pytestmark = pytest.mark.database

# New York City: 4 % for the state, 4.5 % for the city, 0.375 % for its transport district.
AREAS = (("state", "0.04"), ("city", "0.045"), ("mctd", "0.00375"))


@pytest.fixture
def on_top(monkeypatch):
    """Has Great Britain tax like that, and round totals to ten pence; `liable` owes the taxes of food."""

    def tax(liable: str | None = None) -> None:
        rows = [
            {"category": category, "rate": rate, "area": area}
            | ({"liable": liable} if liable and category == "hot_food" else {})
            for category in ("food", "hot_food", "alcohol", "delivery", "service")
            for area, rate in AREAS
        ]
        monkeypatch.setattr(regions.get("gb"), "prices_include_tax", False)
        scenes.rules(monkeypatch, "tax.rates", *rows)
        scenes.rules(monkeypatch, "rounding", {"value": 10})

    return tax


def taxes(price) -> list[tuple[str, int, Party]]:
    return [
        (part.code, part.amount.amount, part.liable)
        for part in price.components
        if part.kind is ComponentKind.TAX
    ]


def ledger(order, kind: str) -> dict[LiableParty, tuple[int, int]]:
    (seen,) = (each for each in call(Payments).ledger() if each.order_id == order.id)
    (line,) = (each for each in seen.lines if each.kind.value == kind)
    return {share.party: (share.sale.amount, share.tax.amount) for share in line.shares}


def written(order) -> tuple[int, int]:
    """What stands in writing, and the tax of it."""
    put_in_writing()
    found = call(Orders).receipts(customer_id=order.customer_id, order_id=order.id)
    return sum(each.total.amount for each in found), sum(each.tax.amount for each in found)


def test_each_areas_tax_is_on_the_bill_and_everybody_takes_the_same(kitchen, customer, on_top) -> None:
    on_top()
    quote = scenes.quote(kitchen, customer, kitchen.ramen(2), tip=300)
    # 8.875 % of 25.00 for the restaurant, and of 1.99 and 1.25 for the platform; 33.75 become 33.80.
    assert taxes(quote.price) == [
        ("tax_state", 100, Party.RESTAURANT),
        ("tax_city", 113, Party.RESTAURANT),
        ("tax_mctd", 9, Party.RESTAURANT),
        ("tax_state", 13, Party.PLATFORM),
        ("tax_city", 15, Party.PLATFORM),
        ("tax_mctd", 1, Party.PLATFORM),
    ]
    price = quote.price
    assert (price.subtotal.amount, price.tax.amount, price.total.amount) == (2500, 251, 3380)
    assert quote.price.components[-1].kind is ComponentKind.ROUNDING

    order = scenes.deliver(kitchen, customer, kitchen.ramen(2), tip=300)
    assert order.price == quote.price
    assert payment_of(order).captured == quote.price.total
    taken = ledger(order, "captured")
    assert taken == {
        LiableParty.RESTAURANT: (2500, 222),
        LiableParty.PLATFORM: (199 + 125 + 5, 29),
        LiableParty.COURIER: (300, 0),
    }
    assert written(order) == (3380, 251)


def test_a_dish_that_comes_back_brings_its_tax(kitchen, customer, on_top) -> None:
    on_top()
    order = scenes.deliver(kitchen, customer, kitchen.ramen(2), tip=300)
    # One of two ramen is 12.50 and 1.11 of tax; its half of the service fee 0.62, and of its tax 0.05.
    made = claim(order, (0, 1))
    settle()

    assert made.granted.amount == 1250 + 111 + 62 + 5
    assert order_of(order).refunded == payment_of(order).refunded.amount == made.granted.amount
    assert ledger(order, "refunded") == {LiableParty.RESTAURANT: (1250, 111), LiableParty.PLATFORM: (62, 5)}
    assert written(order) == (3380 - 1428, 251 - 116)


def test_whoever_the_law_names_owes_the_tax_and_writes_the_receipt(kitchen, customer, on_top) -> None:
    on_top(liable="platform")
    order = scenes.deliver(kitchen, customer, kitchen.ramen(2), tip=300)

    assert {liable for _, _, liable in taxes(order.price)} == {Party.PLATFORM}
    assert ledger(order, "captured")[LiableParty.RESTAURANT] == (2500, 0)
    assert ledger(order, "captured")[LiableParty.PLATFORM][1] == order.price.tax.amount == 251
    assert written(order) == (order.price.total.amount, 251)
    found = call(Orders).receipts(customer_id=customer, order_id=order.id)
    assert {each.issuer for each in found} == {Party.PLATFORM, Party.COURIER}
    (food,) = (each for each in found if each.issuer is Party.PLATFORM)
    assert {tax.rate for tax in food.taxes} >= {Decimal("0.04"), Decimal("0.045"), Decimal("0.00375")}


def test_what_is_kept_of_a_stopped_order_has_its_tax_on_top_too(
    kitchen, customer, on_top, monkeypatch
) -> None:
    on_top()
    kept = [
        {"by": "customer", "stage": "preparing", "what": what, "share": "1"}
        for what in ("dishes", "delivery_fee")
    ]
    scenes.rules(monkeypatch, "cancellation.kept", *kept)
    order = scenes.place(kitchen, customer, kitchen.ramen(2), tip=300)
    settle()
    scenes.accept(order)
    seen = call(Orders).preview_cancellation(customer_id=customer, order_id=order.id)
    # 25.00 and 2.22, 1.99 and 0.18.
    assert seen.keeps.amount == 2500 + 222 + 199 + 18
    assert sum(part.amount.amount for part in seen.kept) == seen.keeps.amount
    scenes.cancel(order)
    settle()

    ended = order_of(order)
    assert ended.captured - ended.refunded == seen.keeps.amount
    assert payment_of(order).refunded.amount == seen.back.amount == 3380 - seen.keeps.amount
    assert written(order) == (seen.keeps.amount, 222 + 18)
