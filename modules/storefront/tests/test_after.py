"""What a customer does with an order that has come: rates it, reads its receipts, says what was wrong."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from modules.orders.interface import ClaimRefused, ClaimView, EvidenceRefused, EvidenceView, Orders
from modules.restaurants.interface import Point, RestaurantId, Restaurants, RestaurantView
from modules.storefront.tests.people import (
    PASSWORD,
    Customer,
    courier,
    found,
    kitchen,
    presses,
)
from tiffin import clock, ids
from tiffin.interfaces import CommandKey, provided
from tiffin.interfaces.registry import contract_of, provider_of
from tiffin.moving.tasks import tidy
from tiffin.testing import settle

pytestmark = pytest.mark.database

# One grey dot.
PHOTO = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVQI12NoAAAAggCB3UNq9AAAAABJRU5ErkJggg=="
)


@pytest.fixture
def eaten(zofia, noodle_bar):
    """An order that has come."""
    cook, rider = kitchen(noodle_bar.id), courier()
    rider.post(reverse("courier-start"), {"area": "london:Soho"})
    order = zofia.orders()
    settle()
    presses(cook, "/restaurant/", "/restaurant/tickets/[^/]+/accept", minutes="30")
    settle()
    presses(rider, "/courier/", "/courier/offers/[^/]+/accept")
    presses(rider, "/courier/", "/courier/deliveries/[^/]+/pick-up")
    presses(rider, "/courier/", "/courier/deliveries/[^/]+/drop-off")
    settle()
    return order


def test_what_came_is_rated_and_others_see_it(zofia, eaten):
    path = found(r'action="(/orders/[^/]+/rating)"', zofia.sees(eaten))

    zofia.browser.post(path, {"food": "4", "courier": "5"})

    assert "<strong>4 of 5</strong>" in zofia.sees(eaten)
    assert "★ 4.0" in Client().get("/?city=london").content.decode()
    assert "★ 4.0" in Client().get("/r/noodle-bar/").content.decode()


def test_what_came_is_in_writing_a_moment_later(zofia, eaten):
    assert "They will be there in a minute." in zofia.sees(eaten)

    tidy("orders")
    settle()

    page = zofia.sees(eaten)
    receipt = zofia.browser.get(found(r'href="(/orders/[^/]+/receipts/[^"]+)">Receipt for the food', page))
    assert receipt.headers["Cache-Control"] == "private, no-store"
    html = receipt.content.decode()
    assert [said in html for said in ("Receipt", "Noodle Bar", "Ramen", "Total")] == [True] * 4
    assert "Zofia" in html
    assert zofia.browser.get(receipt.request["PATH_INFO"][:-2] + "00").status_code == 404


def test_an_orders_page_is_there_without_the_restaurants(zofia, eaten):
    class Broken(type(provider_of(contract_of(Restaurants).wire_name))):
        def get_many(
            self, *, restaurant_ids: list[RestaurantId], point: Point | None = None
        ) -> list[RestaurantView]:
            raise RuntimeError("out of order")

    with provided(Restaurants, Broken()):
        page = zofia.sees(eaten)

    assert "Enjoy your meal!" in page
    assert "Order again" not in page


def test_what_was_wrong_is_told_on_the_orders_page_and_once(zofia, eaten):
    page = zofia.sees(eaten)
    path = found(r'action="(/orders/[^/]+/claim)"', page)
    form = {"key": found(r'name="key" value="([^"]+)"', page), "reason": "missing", "line-0": "1"}
    for _ in range(2):
        zofia.browser.post(path, form)

    page = zofia.sees(eaten)

    assert page.count('data-claim="open"') == 1
    assert "We are looking into it" in page
    assert "of £17.12" in page  # it was the only dish: the fees and the tip go with it


def test_a_photo_goes_with_the_claim_and_is_the_customers_alone(zofia, eaten):
    page = zofia.sees(eaten)
    form = {"key": found(r'name="key" value="([^"]+)"', page), "reason": "missing", "line-0": "1"}
    zofia.browser.post(found(r'action="(/orders/[^/]+/claim)"', page), form)
    page = zofia.sees(eaten)
    hidden = {
        name: found(rf'name="{name}" value="([^"]+)"><?', page.split('action="/evidence/"')[1])
        for name in ("order", "claim")
    }

    photo = SimpleUploadedFile("dinner.exe", PHOTO, content_type="application/x-msdownload")
    back = zofia.browser.post("/evidence/", {**hidden, "photo": photo})

    shown = found(r'src="(/evidence/[^"]+)"', str(zofia.browser.get(back["Location"]).content.decode()))
    answer = zofia.browser.get(shown)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert "sandbox" in answer["Content-Security-Policy"]
    stranger = Customer()
    stranger.registers("stranger@example.com")
    assert stranger.browser.get(shown).status_code == 404
    none = SimpleUploadedFile("x.jpg", b"none")
    bad = zofia.browser.post("/evidence/", {**hidden, "photo": none}, follow=True)
    assert "Send a photo as JPEG, PNG or WebP" in bad.content.decode()


def test_what_was_refused_once_can_be_asked_again_from_a_new_page(zofia):
    """The same photo and the same appeal: on one page they are asked once, on the next anew."""
    asked = []

    class Refusing(type(provider_of(contract_of(Orders).wire_name))):
        def add_evidence(
            self, *, key: CommandKey, customer_id: UUID, claim_id: UUID, content: bytes
        ) -> EvidenceView:
            asked.append("photo")
            raise EvidenceRefused(reason="Not now.")

        def appeal(self, *, key: CommandKey, customer_id: UUID, claim_id: UUID, words: str) -> ClaimView:
            asked.append("appeal")
            raise ClaimRefused(reason="Not now.")

    claim = str(ids.new_id())
    with provided(Orders, Refusing()):
        for key in ("first page", "first page", "next page"):
            form = {"key": key, "order": str(ids.new_id()), "claim": claim}
            photo = SimpleUploadedFile("dinner.png", PHOTO)
            zofia.browser.post("/evidence/", {**form, "photo": photo})
            zofia.browser.post(f"/claims/{claim}/appeal", {**form, "words": "It was cold."})

    assert asked == ["photo", "appeal"] * 2


def test_photos_carry_the_key_of_their_page(zofia, eaten):
    form = {"reason": "missing", "line-0": "1", "key": "made"}
    zofia.browser.post(found(r'action="(/orders/[^/]+/claim)"', zofia.sees(eaten)), form)

    keys = {
        found(r'name="key" value="([^"]+)"', zofia.sees(eaten).split('action="/evidence/"')[1])
        for _ in range(2)
    }

    assert len(keys) == 2


@pytest.mark.parametrize(("days", "claims", "rates"), [(1, True, True), (3, False, True), (31, False, False)])
def test_what_is_over_is_said_and_not_asked(zofia, eaten, days, claims, rates):
    """Claims are taken for two days, ratings for thirty."""
    with clock.shift(timedelta(days=days)):
        zofia.browser.post("/login", {"email": "zofia@example.com", "password": PASSWORD})
        page = zofia.sees(eaten)

    assert ('/claim"' in page) is claims
    assert ("It is too late to claim" in page) is not claims
    assert ('/rating"' in page) is rates
    assert ("Orders can be rated for 30 days." in page) is not rates


def test_a_claim_that_cannot_be_is_explained(zofia, eaten):
    path = found(r'action="(/orders/[^/]+/claim)"', zofia.sees(eaten))

    zofia.browser.post(path, {"key": "k", "reason": "missing", "line-0": "0"})

    page = zofia.sees(eaten)
    assert "Say which dishes it is about." in page
    corrected = {"key": found(r'name="key" value="([^"]+)"', page), "reason": "missing", "line-0": "1"}
    zofia.browser.post(path, corrected)
    assert "data-claim" in zofia.sees(eaten)


@pytest.mark.parametrize("form", [
    {"reason": "missing", "line-100000000000000000000000": "1"},
    {"reason": "missing", "line-0": "9" * 5_000},
    {"reason": "boredom", "line-0": "1"},
])  # fmt: skip
def test_nonsense_in_a_claim_claims_nothing(zofia, eaten, form):
    path = found(r'action="(/orders/[^/]+/claim)"', zofia.sees(eaten))
    assert zofia.browser.post(path, {"key": "k", **form}).status_code == 302
    assert "data-claim" not in zofia.sees(eaten)
