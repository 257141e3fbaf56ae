"""The sandbox provider's page, and what the public API shows."""

from __future__ import annotations

import pytest
from django.test import Client

from modules.payments.interface import PaymentState
from modules.payments.tests.ledger import ACTION, a_payment, look_at, published, state_of
from tiffin import ids
from tiffin.context import Actor, ActorKind
from tiffin.testing import api, settle

pytestmark = pytest.mark.database


@pytest.fixture
def waiting():
    payment = a_payment(method=ACTION, amount=2500)
    settle()
    return payment


def page_of(payment):
    return look_at(payment).action_url


def test_the_page_says_what_is_to_be_paid(waiting):
    page = Client().get(page_of(waiting))

    assert page.status_code == 200
    assert "25.00 GBP" in page.content.decode()


@pytest.mark.parametrize(("answer", "state"), [
    ("approve", PaymentState.AUTHORISED),
    ("fail", PaymentState.DECLINED),
])  # fmt: skip
def test_its_owner_decides(waiting, answer, state):
    sent = Client().post(f"{page_of(waiting)}?return=/orders/7", {"answer": answer})
    settle()

    assert (sent.status_code, sent["Location"]) == (302, "/orders/7")
    assert state_of(waiting) is state


def test_the_first_answer_counts(waiting):
    page = page_of(waiting)
    Client().post(page, {"answer": "approve"})
    settle()

    Client().post(page, {"answer": "fail"})
    settle()

    assert published(waiting) == ["PaymentActionRequired", "PaymentAuthorised"]
    assert "nothing to confirm" in Client().get(page).content.decode()


def test_the_page_sends_nobody_elsewhere(waiting):
    sent = Client().post(f"{page_of(waiting)}?return=https://evil.example/", {"answer": "approve"})

    assert sent["Location"] == "/"


def test_another_sites_form_is_refused(waiting):
    sent = Client(enforce_csrf_checks=True).post(page_of(waiting), {"answer": "approve"})

    assert sent.status_code == 403
    settle()
    assert state_of(waiting) is PaymentState.REQUIRES_ACTION


def test_the_provider_knows_only_its_own_references():
    assert Client().get("/sandbox/3ds/sb_charge_of_nobody").status_code == 404


def test_a_customer_sees_the_own_payment_and_no_others(waiting):
    path = f"/api/v1/payments/{waiting.pk}"
    mine = api(Actor(kind=ActorKind.CUSTOMER, id=waiting.customer_id)).get(path)
    anothers = api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())).get(path)

    assert mine.json()["state"] == "requires_action"
    assert mine.json()["action_url"] == page_of(waiting)
    assert mine.json()["amount"] == {"amount": 2500, "currency": "GBP"}
    assert (anothers.status_code, anothers.json()["code"]) == (404, "payment_unknown")
    assert api().get(path).status_code == 401


def test_what_one_may_pay_with_depends_on_the_region():
    offered = api().get("/api/v1/payment-methods?region=pl")
    nowhere = api().get("/api/v1/payment-methods?region=atlantis")

    assert "pm_card_visa" in [each["method"] for each in offered.json()["methods"]]
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "unknown_region")
