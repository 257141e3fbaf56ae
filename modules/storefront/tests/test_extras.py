"""Paying with points and giving on the pages, which are there without either as well."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from django.urls import reverse

from modules.orders.interface import Orders
from modules.rewards.interface import Rewards
from modules.storefront.tests.people import Customer, a_cause, found, kitchen, new_key, presses
from tiffin import regions
from tiffin.interfaces import call
from tiffin.interfaces.testing import stopped
from tiffin.regions.file import Dating, Row
from tiffin.testing import settle

pytestmark = pytest.mark.database


@pytest.fixture
def rich(noodle_bar, monkeypatch) -> Customer:
    """Somebody with 340 points where each is a penny."""
    dating = Dating(valid_from=date(2020, 1, 1), source="house rule", confirmed=True)
    penny = Row(place="rewards.redeeming", dating=dating, data={"points": 1, "amount": 1})
    region = regions.get("gb")
    monkeypatch.setattr(region, "tables", {**region.tables, "rewards.redeeming": (penny,)})
    monkeypatch.setattr(region, "_read", {})
    customer = Customer.nearby()
    customer.is_given(340)
    return customer


def checkout(customer: Customer) -> str:
    return str(customer.browser.get(reverse("checkout", args=["noodle-bar"])).content.decode())


def test_who_has_points_is_told_what_they_are_worth(rich):
    page = checkout(rich)

    assert "You have 340 points, worth £3.40." in page
    assert found(r'name="points" form="place"[^>]* max="(\d+)"', page) == "340"


def test_nothing_is_offered_to_who_has_none_or_while_rewards_is_away(noodle_bar, rich):
    with stopped(Rewards):
        assert "Pay with points" not in checkout(rich)
    poor = Customer()
    poor.registers("adam@example.com")
    assert "Pay with points" not in checkout(poor)


def test_the_price_says_what_became_of_the_points(rich):
    some = rich.asks_price(points="100")
    more = rich.asks_price(points="5000")

    assert 'data-points="applied"' in some
    assert "100 points are spent, worth £1.00." in some
    assert "−£1.00" in some
    assert 'data-points="fewer"' in more


def test_the_order_shows_its_points_and_what_became_of_them(rich):
    order = rich.orders(points="340")
    settle()
    page = rich.sees(order)

    assert "340 points, worth £3.40" in page
    assert "Your points are reserved" in page


MONEY = re.compile("your card|your bank|the money|your money|charged|refunded", re.IGNORECASE)


def test_of_an_order_that_points_pay_whole_no_page_speaks_of_money(rich, noodle_bar):
    rich.is_given(5_000)
    cook = kitchen(noodle_bar.id)
    assert "data-nothing-to-pay" not in rich.asks_price(points="100", tip="0")
    assert "data-nothing-to-pay" in rich.asks_price(points="5340", tip="0")
    order = rich.orders(points="5340", tip="0", card="")
    assert "Reserving your points" in told_of(rich, order)
    settle()
    assert "Your points are reserved" in told_of(rich, order)
    presses(cook, "/restaurant/", "/restaurant/tickets/[^/]+/accept", minutes="30")
    settle()
    assert "The restaurant accepted" in told_of(rich, order)
    order_id = UUID(found("/orders/([^/?]+)", order["Location"]))
    call(Orders).cancel_by_staff(key=new_key(), order_id=order_id, note="fire_in_the_kitchen")
    settle()
    page = told_of(rich, order)
    assert "Cancelled" in page
    assert "Your points are yours again" in page
    assert ">Cancelled<" in rich.browser.get("/orders/").content.decode()


def told_of(customer: Customer, order) -> str:
    """What happened, and how it stands, in which nobody is told of money that never was."""
    page = customer.sees(order)
    told = r'(?s)<h1 role="status">.*?</h1>\s*<p>.*?</p>|<ol class="timeline">.*?</ol>'
    said = "".join(re.findall(told, page))
    assert not MONEY.search(said.replace("You are not charged", "").replace("Nothing is charged before", ""))
    return said


def test_the_statement_names_the_order_that_points_were_for(rich):
    rich.orders(points="340")
    settle()

    page = rich.browser.get("/account/rewards/").content.decode()

    assert "Set aside for an order" in page
    assert found(r">Order (\w+ from Noodle Bar)</a>", page)
    with stopped(Orders):
        assert ">The order</a>" in rich.browser.get("/account/rewards/").content.decode()


@pytest.fixture
def cause(noodle_bar) -> str:
    return a_cause("Soup for All")


def test_causes_are_offered_where_there_are_some(zofia, cause):
    assert "Soup for All" in checkout(zofia)
    with stopped(Rewards):
        assert "Give to a good cause?" not in checkout(zofia)


def test_rounding_up_is_on_the_bill_and_on_the_order(zofia, cause):
    price = zofia.asks_price(charity=cause)
    given = zofia.asks_price(charity=cause, donation="200")
    order = zofia.orders(charity=cause)

    assert "Donation" in price
    assert "£2.00" in given
    assert "of it is for Soup for All" in zofia.sees(order)


@pytest.mark.parametrize("nonsense", [{"charity": "x"}, {"donation": "-5"}, {"points": "many"}])
def test_nonsense_is_nothing(zofia, nonsense):
    assert 'name="quote"' in zofia.asks_price(**nonsense)
