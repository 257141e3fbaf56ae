"""Giving over HTTP, and charities and settlements on the staff's pages."""

from __future__ import annotations

import csv
import json
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.test import Client

from modules.payments.interface import Payments
from modules.rewards import services
from modules.rewards.interface import Charity as CharityView
from modules.rewards.interface import Rewards
from modules.rewards.models import Charity, SettlementBatch
from modules.rewards.states import BatchState
from modules.rewards.tests.giving import a_charity, done, given, opened, payable, rounded_up
from modules.rewards.tests.points import granted
from tiffin import ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.interfaces import CommandKey, call
from tiffin.regions import UnknownRegion
from tiffin.testing import token, waiting

pytestmark = pytest.mark.database

CHARITIES, DONATIONS, BATCHES = (
    f"/admin/rewards/{name}/" for name in ("charity", "donation", "settlementbatch")
)


class Customer:
    """Somebody with so many points."""

    def __init__(self, points: int = 500) -> None:
        self.id = granted(points)
        self.token = token(Actor(kind=ActorKind.CUSTOMER, id=self.id))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return Client().generic(
            method,
            f"/api/v1/rewards/{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(ids.new_id())},
        )


def staff(*roles: str, of: str = EVERY_REGION) -> Client:
    client = Client()
    actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=roles, regions=(of,))
    client.cookies[STAFF_COOKIE] = token(actor)
    return client


def act(client: Client, page: str, action: str, pk: UUID, **more: str) -> str:
    chosen = {"action": action, "_selected_action": [str(pk)], **more}
    return client.post(page, chosen, follow=True).content.decode()


def test_a_customer_gives_and_reads_what_was_given() -> None:
    charity, customer = a_charity(), Customer()
    causes = Client().get("/api/v1/rewards/causes?region=gb").json()["causes"]
    assert [cause["id"] for cause in causes] == [str(charity.pk)]
    made = customer.ask("POST", "donations", {"charity_id": str(charity.pk), "points": 250})
    assert (made.status_code, made.json()["amount"]) == (201, {"amount": 150, "currency": "GBP"})
    given(charity, 100, customer.id)
    first = customer.ask("GET", "donations?page_size=1").json()
    second = customer.ask("GET", "donations?" + first["next"].partition("?")[2]).json()
    assert [each["points"] for each in (*first["results"], *second["results"])] == [100, 250]
    assert second["next"] is None
    services.write_donation_receipts()
    receipt = customer.ask("GET", f"donations/{made.json()['id']}/receipt").json()
    assert receipt["title"] == "Donation receipt"
    refused = customer.ask("POST", "donations", {"charity_id": str(charity.pk), "points": 99})
    assert (refused.status_code, refused.json()["code"]) == (422, "donation_invalid")


def test_a_customer_sees_what_giving_would_mean_and_nothing_is_given() -> None:
    charity, customer = a_charity(), Customer(500)
    wish = {"charity_id": str(charity.pk), "points": 250}
    seen = customer.ask("POST", "donations/preview", wish).json()
    assert (seen["charity"], seen["amount"]["amount"], seen["available_after"]) == ("Soup for All", 150, 250)
    for change, status, code in (
        ({"points": 501}, 409, "insufficient_points"),
        ({"points": 99}, 422, "donation_invalid"),
        ({"charity_id": str(ids.new_id())}, 404, "charity_unknown"),
        ({"charity_id": True}, 422, "invalid_request"),
    ):
        refused = customer.ask("POST", "donations/preview", wish | change)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    services.review_wallet(customer_id=customer.id, region="gb", why="odd")
    assert customer.ask("POST", "donations/preview", wish).json()["code"] == "wallet_under_review"
    assert customer.ask("GET", "donations").json()["results"] == []


def test_a_customer_gives_each_month_until_they_stop() -> None:
    charity, customer = a_charity(), Customer()
    made = customer.ask("POST", "standing-orders", {"charity_id": str(charity.pk), "points": 100, "day": 31})
    assert made.status_code == 201
    mine = f"standing-orders/{made.json()['id']}"
    changed = customer.ask("PATCH", mine, {"points": 200, "state": "paused"}).json()
    assert (changed["points"], changed["state"], changed["next_on"]) == (200, "paused", None)
    assert customer.ask("PATCH", mine, {"state": "stopped"}).status_code == 200
    assert customer.ask("GET", "standing-orders").json()["results"] == []
    assert customer.ask("PATCH", mine, {"state": "active"}).json()["code"] == "state_conflict"
    assert Customer().ask("PATCH", mine, {"points": 300}).status_code == 404


def test_a_cause_is_brought_once_and_told_of_otherwise() -> None:
    cause = CharityView(id=ids.new_id(), region="gb", name="Soup", about="Soup.", site="")
    for name in ("Soup", "Soup for All"):
        said = msgspec.structs.replace(cause, name=name)
        assert call(Rewards).keep_charity(key=CommandKey(name), charity=said) == said
    (charity,) = Charity.objects.all()
    assert (charity.name, charity.currency, charity.settles_by) == ("Soup for All", "GBP", "bank_transfer")
    with pytest.raises(UnknownRegion):
        call(Rewards).keep_charity(
            key=CommandKey("nowhere"),
            charity=msgspec.structs.replace(cause, id=ids.new_id(), region="nowhere"),
        )


def test_finance_adds_a_charity_in_its_region_and_others_do_not() -> None:
    said = {
        "name": "Soup for All", "region": "gb", "about": "Soup.", "site": "", "active": "on",
        "settles_by": "bank_transfer", "organisation": "", "payee_reference": "Donations",
    }  # fmt: skip
    assert staff("support").post(f"{CHARITIES}add/", said).status_code == 403
    staff("finance", of="gb").post(f"{CHARITIES}add/", {**said, "region": "pl"})
    staff("finance", of="gb").post(f"{CHARITIES}add/", {**said, "settles_by": "goodstack"})
    assert not Charity.objects.exists()
    staff("finance", of="gb").post(f"{CHARITIES}add/", said)
    charity = Charity.objects.get()
    assert (charity.currency, charity.region) == ("GBP", "gb")
    staff("finance", of="gb").post(f"{CHARITIES}{charity.pk}/change/", {**said, "name": "Soup"})
    assert Charity.objects.get().name == "Soup"


def test_staff_see_what_was_not_taken_tell_the_account_and_settle() -> None:
    charity, finance = a_charity(), staff("finance")
    rounded_up(charity, 1000)
    done(opened(charity), "send_batch", "pay_batch", "give_back")
    count, link = waiting(finance)["rewards: Charities held"]
    assert count == "1"
    assert "bank_account_unknown" in finance.get(link).content.decode()
    act(finance, CHARITIES, "tell_account", charity.pk, sort_code="60-16-13", account_number="31926819")
    act(finance, CHARITIES, "settle", charity.pk)
    batch = done(SettlementBatch.objects.order_by("-pk")[0], "gather_donations", "send_batch", "pay_batch")
    (payout,) = call(Payments).payouts(payout_ids=[batch.pk])
    assert (payout.amount.amount, payable(charity)) == (1000, 0)
    assert "Nothing lies there" in act(finance, CHARITIES, "settle", charity.pk)


def test_staff_say_what_became_of_a_disputed_settlement() -> None:
    charity, finance = a_charity(), staff("finance")
    rounded_up(charity, 1000)
    batch = opened(charity)
    SettlementBatch.objects.filter(pk=batch.pk).update(state_name=BatchState.DISPUTED.value)
    assert waiting(finance)["rewards: Settlements disputed"][0] == "1"
    assert "Say in the note" in act(finance, BATCHES, "came_back", batch.pk, note="")
    act(finance, BATCHES, "came_back", batch.pk, note="statement of 3 May")
    assert (done(batch, "give_back").state, payable(charity)) == (BatchState.RETURNED, 1000)


@pytest.mark.parametrize("page", [CHARITIES, DONATIONS, BATCHES])
def test_lists_are_searched_and_exported(page: str) -> None:
    charity = a_charity()
    given(charity, 100)
    opened(charity)
    finance = staff("finance")
    assert "Soup for All" in finance.get(f"{page}?q=Soup").content.decode()
    answer = finance.get(f"{page}export.csv")
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    assert len(rows) == 1
