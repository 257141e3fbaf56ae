"""A customer gives points to a good cause, once or each month, and sees what they gave."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connections

from modules.rewards.interface import Rewards
from modules.storefront.tests.people import Customer, a_cause, found
from tiffin import clock, ids
from tiffin.interfaces.testing import stopped
from tiffin.jobs.registry import find

pytestmark = pytest.mark.database

MONTHLY = "/account/giving/monthly"
CHANGE = r"/account/giving/monthly/[^\"]+"


@pytest.fixture
def ada(database: object) -> Customer:
    customer = Customer()
    customer.registers("ada@example.com")
    return customer


@pytest.fixture
def cause(database: object) -> str:
    return a_cause("Soup for All", about="Soup, for all.", site="https://soup.example/")


def giving(customer: Customer, query: str = "") -> str:
    return str(customer.browser.get(f"/account/giving/{query}").content.decode())


def gives(customer: Customer, charity: str, points: int) -> str:
    """As the pages lead; the second of them."""
    asked = customer.browser.post("/account/giving/preview", {"charity": charity, "points": points})
    page = str(asked.content.decode())
    key = found(r'name="key" value="([^"]+)"', page)
    customer.browser.post("/account/giving/give", {"charity": charity, "points": points, "key": key})
    return page


def does(job: str) -> None:
    """What rewards does every while."""
    find("rewards", job).function()


def test_without_causes_points_or_gifts_the_page_says_so(ada):
    page = giving(ada)

    assert "There is no cause to give to here yet" in page
    assert "Nothing given yet" in page
    assert "Give once" not in page


def test_the_page_names_the_causes_and_what_the_points_are_worth(ada, cause):
    a_cause("Elsewhere", region="pl", currency="PLN")
    assert "Without any you can give on top of an order" in giving(ada)
    ada.is_given(500)

    page = giving(ada)

    assert "Soup for All" in page
    assert "Soup, for all." in page
    assert 'href="https://soup.example/"' in page
    assert "worth £3.00 to a cause" in page
    assert "Elsewhere" not in page
    assert 'href="/account/giving/"' in str(ada.browser.get("/account/rewards/").content.decode())


def test_points_are_given_once_seen_and_confirmed(ada, cause):
    ada.is_given(500)

    asked = ada.browser.post("/account/giving/preview", {"charity": cause, "points": "250"})
    preview = str(asked.content.decode())
    assert "This cannot be undone" in preview
    assert "£1.50" in preview
    assert "250 points left" in preview
    assert "500 points" in giving(ada)  # nothing was given yet
    form = {"charity": cause, "points": "250", "key": found(r'name="key" value="([^"]+)"', preview)}
    ada.browser.post("/account/giving/give", form)
    ada.browser.post("/account/giving/give", form)

    page = giving(ada)
    assert "Given to Soup for All" in ada.browser.get("/account/rewards/").content.decode()
    assert "250 points were given to Soup for All" in page
    assert "Goes with the next payment to the cause" in page
    assert page.count("<strong>Soup for All</strong> <span") == 1
    assert f"In {clock.now().year}: <strong>£1.50</strong>, of it £1.50 to Soup for All" in page


def test_what_cannot_be_given_is_said_where_it_was_asked(ada, cause):
    ada.is_given(300)

    for form, status, said in (
        ({"charity": cause, "points": "301"}, 409, "301 points are wanted and 300 are there"),
        ({"charity": cause, "points": "1"}, 422, "1 points cannot be given there"),
        ({"charity": cause, "points": "some"}, 422, "Say how many points to give"),
        ({"charity": str(ids.new_id()), "points": "250"}, 404, "choose one of the causes"),
        ({"charity": "soup", "points": "250"}, 422, "Choose whom to give to"),
        ({}, 422, "Choose whom to give to"),
    ):
        answer = ada.browser.post("/account/giving/preview", form)
        page = answer.content.decode()
        assert answer.status_code == status
        assert said in found(r'(?s)<h2 id="once">(.*?)</section>', page)
        assert said not in found(r'(?s)<h2 id="monthly">(.*?)</section>', page)
    answer = ada.browser.post("/account/giving/preview", {"charity": cause, "points": "301"})
    assert answer.content.decode().count('value="301"') == 1  # to be mended where it was asked
    ada.browser.post("/account/giving/give", {"charity": cause, "points": "301", "key": "x"})
    assert "301 points are wanted" in giving(ada)


def test_a_gift_whose_answer_is_lost_is_asked_for_again_and_given_once(ada, cause):
    ada.is_given(500)
    form = {"charity": cause, "points": "200", "key": "one"}
    with stopped(Rewards):
        answer = ada.browser.post("/account/giving/give", form)
    assert answer.status_code == 503
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.content.decode()))
    assert {name: hidden[name] for name in form} == form
    for _ in range(2):
        ada.browser.post("/account/giving/give", hidden)
    page = giving(ada)
    assert page.count("<strong>Soup for All</strong> <span") == 1
    assert "300 points" in page


def test_the_receipt_of_a_donation_is_linked_once_it_is_written(ada, cause):
    ada.is_given(500)
    gives(ada, cause, 250)
    assert "Receipt" not in giving(ada)

    does("write_donation_receipts")
    link = found(r'href="(/account/giving/[^"]+/receipt)"', giving(ada))
    page = str(ada.browser.get(link).content.decode())

    assert "Donation receipt" in page
    assert "GB-D-" in page
    assert "Soup for All" in page
    assert "no Gift Aid declaration" in page
    ben = Customer()
    ben.registers("ben@example.com")
    assert ben.browser.get(link).status_code == 404


def test_points_are_given_each_month_until_it_is_stopped(ada, cause):
    form = {"charity": cause, "points": "100", "day": "31", "key": "one"}
    ada.browser.post(MONTHLY, form)
    ada.browser.post(MONTHLY, form)
    page = giving(ada)
    assert "100 points are given to Soup for All each month." in page
    assert page.count("100 points to Soup for All") == 1
    assert "on day 31 · next on " in page

    change = found(f'action="({CHANGE})"', page)
    ada.browser.post(change, {"points": "150"})
    assert "150 points to Soup for All" in giving(ada)
    ada.browser.post(change, {"state": "paused"})
    assert "paused" in found(r'(?s)<h2 id="standing">(.*?)</section>', giving(ada))
    ada.browser.post(change, {"state": "active"})
    assert "next on" in giving(ada)
    ada.browser.post(change, {"state": "stopped"})
    page = giving(ada)
    assert "Nothing is given to Soup for All each month any more." in page
    assert "What you give each month" not in page


def test_what_cannot_be_given_each_month_is_said_where_it_was_asked(ada, cause):
    for form, status, said in (
        ({"charity": cause, "points": "100", "day": "32"}, 422, "Choose the day of the month"),
        ({"charity": cause, "points": "1", "day": "1"}, 422, "1 points cannot be given there"),
        ({"points": "100", "day": "1"}, 422, "Choose whom to give to"),
    ):
        answer = ada.browser.post(MONTHLY, form | {"key": str(ids.new_id())})
        assert answer.status_code == status
        assert said in found(r'(?s)<h2 id="monthly">(.*?)</section>', answer.content.decode())
    ada.browser.post(MONTHLY, {"charity": cause, "points": "100", "day": "1", "key": "one"})
    change = found(f'action="({CHANGE})"', giving(ada))
    ada.browser.post(change, {"points": "1"})
    assert "1 points cannot be given there" in giving(ada)
    ada.browser.post(change, {"state": "nonsense"})
    assert "Say how many points to give" in giving(ada)


def test_a_month_that_was_skipped_is_said(ada, cause):
    ada.browser.post(MONTHLY, {"charity": cause, "points": "100", "day": "1", "key": "one"})
    with clock.shift(timedelta(days=32)):
        does("give_standing_orders")

    assert "nothing could be given on" in giving(ada)


def test_a_long_list_of_gifts_has_pages(ada, cause):
    ada.is_given(30_000)
    for _ in range(21):
        with connections["rewards"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO rewards_donation (id, customer_id, charity_id, region, source, points, amount,"
                " currency, taken_back, borne, receipted, given_at)"
                " VALUES (%s, %s, %s, 'gb', 'points', 200, 120, 'GBP', 0, 0, true, now())",
                [ids.new_id(), ada.id, cause],
            )

    first = giving(ada)
    older = giving(ada, found(r'href="(\?after=[^"]+)"', first))

    assert first.count("<strong>Soup for All</strong> <span") == 20
    assert older.count("<strong>Soup for All</strong> <span") == 1
    assert "Earlier" not in older
    for odd in ("?after=nonsense", "?year=0", "?year=99999999", "?year=x", f"?after={ids.new_id()}"):
        assert ada.browser.get(f"/account/giving/{odd}").status_code == 200
