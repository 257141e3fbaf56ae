"""A customer looks at their points and sends some to another."""

from __future__ import annotations

import pytest

from modules.restaurants.interface import Restaurants
from modules.storefront.tests.people import Customer, found, offers_points, open_noodle_bar
from tiffin.interfaces.testing import stopped

pytestmark = pytest.mark.database


@pytest.fixture
def ada(database: object) -> Customer:
    customer = Customer()
    customer.registers("ada@example.com")
    return customer


@pytest.fixture
def ben(database: object) -> Customer:
    customer = Customer()
    customer.registers("ben@example.com")
    return customer


def points(customer: Customer, query: str = "") -> str:
    return str(customer.browser.get(f"/account/rewards/{query}").content.decode())


def test_without_points_the_page_says_how_to_get_some(ada):
    page = points(ada)

    assert "No points yet" in page
    assert "0 points" in page


def test_the_page_says_what_there_is_its_worth_and_why(ada):
    ada.is_given(300)

    page = points(ada)

    assert "300 points" in page
    assert "worth £1.80" in page
    assert "Given to you" in page
    assert "+300" in page
    assert "What expires next" in page


def test_a_long_statement_has_pages(ada):
    for number in range(1, 23):
        ada.is_given(number)

    first = points(ada)
    older = points(ada, found(r'href="(\?after=\d+)"', first))

    assert "+22<" in first
    assert "+2<" not in first
    assert "+2<" in older
    assert "Earlier" not in older
    assert "Why they came and went" in points(ada, "?after=nonsense")


def test_points_are_sent_once_seen_and_confirmed(ada, ben):
    ada.is_given(300)
    ben.browser.post("/account/rewards/code")
    code = found(r"Your own code: <strong>([0-9A-Z-]+)</strong>", points(ben))

    asked = ada.browser.post("/account/rewards/preview", {"to": code.lower(), "points": "100"})
    preview = str(asked.content.decode())
    assert "This cannot be undone" in preview
    assert "You have 200 left then" in preview
    assert "300 points" in points(ada)  # nothing was sent yet
    form = {"to": code, "points": "100", "key": found(r'name="key" value="([^"]+)"', preview)}
    ada.browser.post("/account/rewards/send", form)
    ada.browser.post("/account/rewards/send", form)

    assert f"100 points were sent to {code}" in points(ada)
    assert "200 points" in points(ada)
    assert f"Sent to {code}" in points(ada)
    assert "100 points" in points(ben)
    assert "ada" not in points(ben)


def test_points_that_are_looked_into_are_held_in_words(ada, ben):
    """By the region's rule about how many points are taken within a day."""
    ada.is_given(30_000)
    ada.sets_aside(24_990)
    ben.browser.post("/account/rewards/code")
    code = found(r"Your own code: <strong>([0-9A-Z-]+)</strong>", points(ben))

    ada.browser.post("/account/rewards/send", {"to": code, "points": "100", "key": "a"})

    page = points(ada)
    assert f"100 points to {code} are held for review" in page
    assert "were sent to" not in page
    assert "being looked into" in page
    assert f"100 points to {code} are <strong>held for review</strong>" in points(ada)
    assert "0 points" in points(ben)


def test_the_page_says_what_earns_more_at_the_moment(ada):
    place = open_noodle_bar()
    assert "More points at the moment" not in points(ada)
    offers_points(
        "Rainy week", kind="multiplier", multiplier="2.00", partner="Umbrellas Ltd", budget="7654321"
    )
    offers_points("Ramen days", kind="bonus", points="50", restaurant_id=str(place.id))
    offers_points("Welcome", kind="first_order", points="300")
    offers_points("Faithful", kind="streak", points="90", orders="3", days="7")

    page = " ".join(points(ada).split())

    assert "<strong>Rainy week</strong>: 2 times the points, until" in page
    assert '50 points for each order from <a href="/r/noodle-bar/">Noodle Bar</a>, until' in page
    assert "300 points for your first order, until" in page
    assert "90 points for 3 orders within 7 days, until" in page
    assert "Umbrellas" not in page
    assert "7654321" not in page
    with stopped(Restaurants):
        assert "50 points for each order from one restaurant, until" in points(ada)


def test_what_cannot_be_sent_is_said_where_it_was_asked(ada, ben):
    ada.is_given(60)
    ben.browser.post("/account/rewards/code")
    code = found(r"Your own code: <strong>([0-9A-Z-]+)</strong>", points(ben))

    for form, status, said in (
        ({"to": "nobody", "points": "50"}, 404, "There is nobody with the rewards code nobody"),
        ({"to": code, "points": "61"}, 409, "61 points are wanted and 60 are there"),
        ({"to": code, "points": "many"}, 422, "0 points cannot be sent"),
        ({}, 404, "There is nobody"),
    ):
        answer = ada.browser.post("/account/rewards/preview", form)
        assert answer.status_code == status
        assert said in answer.content.decode()
    ada.browser.post("/account/rewards/send", {"to": code, "points": "61"})
    assert "61 points are wanted" in points(ada)
