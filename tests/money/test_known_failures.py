"""What other systems got wrong about money: paid and no order, answers twice and late, totals that differ."""

from __future__ import annotations

import csv
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from modules.orders.interface import OrderState, OrderView, Status
from modules.orders.tests import scenes
from modules.payments import services
from modules.payments.interface import Party, Payments, PaymentState, PaymentView
from modules.payments.models import Book, Mismatch, What
from modules.payments.providers import DisputeSeen, Succeeded
from modules.payments.services.disputes import record_disputes
from modules.payments.states import DisputeStanding
from modules.payments.tests.ledger import FaultyProvider, Memory, published
from tests.audit.conftest import by_hand
from tests.money.looking import broken, payment_of, row_of, staff
from tiffin import clock, ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.money import Money
from tiffin.testing import api, settle, token
from tiffin.web.auth import ACCESS_COOKIE

pytestmark = pytest.mark.database


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> FaultyProvider:
    faulty = FaultyProvider()
    monkeypatch.setattr("modules.payments.jobs.provider", lambda region: faulty)
    return faulty


# --- paid, and no order ----------------------------------------------------------------------------


def test_money_held_for_an_order_that_is_gone_is_let_go_and_shows_up(kitchen: scenes.Kitchen):
    order = scenes.place(kitchen, ids.new_id())
    settle()
    payment = row_of(order)
    assert Memory(payment).held == order.price.total.amount
    for table in ("orderline", "ordercomponent", "timelineentry"):
        by_hand("orders", f"DELETE FROM orders_{table} WHERE order_id = %s", given=[order.id])
    by_hand("orders", "DELETE FROM orders_order WHERE id = %s", given=[order.id])
    by_hand("orders", "DELETE FROM job WHERE key = %s", given=[order.id])
    assert any("is lost" in problem for problem in broken())

    with clock.shift(timedelta(days=5, minutes=1)):
        settle()

    assert Memory(payment).held == 0
    assert row_of(order).state is PaymentState.VOIDED
    (listed,) = Mismatch.objects.filter(what=What.NEVER_TAKEN)
    assert (listed.payment_id, listed.is_open, listed.ours) == (payment.pk, True, order.price.total.amount)


def test_money_whose_order_nobody_could_confirm_is_let_go(kitchen: scenes.Kitchen, line: FaultyProvider):
    """It was held, but the answer came too late for the customer."""
    line.lose_answers(20)
    order = scenes.place(kitchen, ids.new_id())
    settle()
    assert Memory(row_of(order)).held == order.price.total.amount

    with clock.shift(timedelta(minutes=20)):
        settle()
        line.faults.clear()
        with clock.shift(timedelta(days=1)):
            settle()

    assert scenes.view(str(order.id)).axes.order is OrderState.CANCELLED
    assert Memory(row_of(order)).held == 0
    assert payment_of(order).captured.amount == 0
    assert broken() == []


# --- twice and late --------------------------------------------------------------------------------


def test_answers_that_come_twice_and_late_change_nothing(kitchen: scenes.Kitchen):
    order = scenes.deliver(kitchen, ids.new_id())
    row, before, told = row_of(order), payment_of(order), published(row_of(order))
    authorised, captured = (
        Succeeded(reference=entry.reference, amount=row.of(entry.amount)) for entry in row.confirmed[:2]
    )

    for _ in range(2):
        services.record_capture(row.pk, captured)
        services.record_authorisation(row.pk, authorised)
        services.record_void(row.pk, authorised)
        services.record_provider_notification(key=row.charge_key)
        services.record_provider_notification(key=row.capture_key)
        settle()

    assert payment_of(order) == before
    assert published(row) == told
    assert scenes.view(str(order.id)).status is Status.DELIVERED
    assert broken() == []


def test_a_refund_that_is_answered_twice_is_given_once(kitchen: scenes.Kitchen):
    order = scenes.place(kitchen, ids.new_id())
    settle()
    scenes.accept(order)
    scenes.cancel_by_staff(order)
    settle()
    row = row_of(order)
    refund = row.confirmed[-1]

    for _ in range(2):
        services.record_refund(row.pk, 1, Succeeded(reference=refund.reference, amount=row.of(refund.amount)))
        settle()

    assert payment_of(order).refunded == order.price.total
    assert Memory(row).refunded == order.price.total.amount
    assert published(row).count("PaymentRefunded") == 1
    assert scenes.view(str(order.id)).status is Status.REFUNDED
    assert broken() == []


def test_notifications_before_any_answer_hold_the_money_once(kitchen: scenes.Kitchen, line: FaultyProvider):
    order = scenes.place(kitchen, ids.new_id())
    line.lose_answers(1)
    settle()
    row = row_of(order)
    for _ in range(3):
        services.record_provider_notification(key=row.charge_key)
        settle()

    assert payment_of(order).authorised == order.price.total
    assert published(row) == ["PaymentAuthorised"]
    assert scenes.view(str(order.id)).status is Status.WAITING_FOR_RESTAURANT


# --- the same on every screen ----------------------------------------------------------------------


def close_the_day() -> None:
    book = Book.objects.get(region="gb")
    with clock.shift(timedelta(days=1, hours=2)):
        services.close_days(book.pk)


def test_the_total_is_the_same_on_every_screen(kitchen: scenes.Kitchen):
    services.open_books()
    customer, lines = ids.new_id(), (kitchen.ramen(3), kitchen.line("Beer"))
    quoted = scenes.quote(kitchen, customer, *lines, tip=333).price.total
    order = scenes.deliver(kitchen, customer, *lines, tip=333)
    me = Actor(kind=ActorKind.CUSTOMER, id=customer)
    total, written = {"amount": quoted.amount, "currency": quoted.currency}, str(quoted)

    shown = api(me).get(f"/api/v1/orders/{order.id}").json()
    assert shown["price"]["total"] == total
    assert sum(part["amount"]["amount"] for part in shown["price"]["components"]) == quoted.amount
    listed = api(me).get("/api/v1/orders").json()["results"]
    assert [each["total"] for each in listed] == [total]
    paid = api(me).get(f"/api/v1/payments/{payment_of(order).id}").json()
    assert paid["amount"] == paid["authorised"] == paid["captured"] == total
    browser = Client()
    browser.cookies[ACCESS_COOKIE] = token(me)
    assert f"£{written.removesuffix(' GBP')}" in browser.get(f"/orders/{order.id}/").content.decode()

    assert written in staff(f"/admin/orders/order/?q={order.code}")
    assert written in staff(f"/admin/payments/payment/?q={order.id}")
    assert written in staff(f"/admin/payments/paymententry/?q={order.id}&kind=captured")
    (row,) = csv.DictReader(
        staff(f"/admin/payments/paymententry/export.csv?q={order.id}&kind=captured").splitlines()
    )
    assert int(row["amount"]) == quoted.amount
    close_the_day()
    assert written in staff("/admin/payments/dayclose/?kind=captured&region=gb")


def test_whose_it_is_sums_to_the_bill_and_what_goes_back_to_the_refund(kitchen: scenes.Kitchen):
    order = scenes.deliver(kitchen, ids.new_id(), kitchen.ramen(2), tip=250)
    price = order.price

    def shares(kind: str) -> dict[Party, tuple[int, int]]:
        ledger = next(each for each in call(Payments).ledger() if each.order_id == order.id)
        line = next(line for line in ledger.lines if line.kind.value == kind)
        return {share.party: (share.sale.amount, share.tax.amount) for share in line.shares}

    taken = shares("captured")
    assert sum(map(sum, taken.values())) == price.total.amount
    assert sum(tax for _, tax in taken.values()) == price.tax.amount
    assert taken[Party.COURIER] == (250, 0)
    assert Party.UNKNOWN not in taken

    claim = claimed(order)

    back = shares("refunded")
    assert sum(map(sum, back.values())) == claim
    assert Party.COURIER not in back
    assert broken() == []


def claimed(order: OrderView) -> int:
    """One of two ramen never came, and is paid back; how much."""
    body = {"reason": "missing", "lines": [{"line": 0, "quantity": 1}]}
    answer = api(Actor(kind=ActorKind.CUSTOMER, id=order.customer_id)).post(
        f"/api/v1/orders/{order.id}/claims",
        body,
        format="json",
        headers={"Idempotency-Key": str(UUID(int=1))},
    )
    assert answer.status_code == 201, answer.content
    settle()
    return int(answer.json()["granted"]["amount"])


# --- the customer's bank ----------------------------------------------------------------------------


def _case(payment: PaymentView, amount: int, *, won: bool = False) -> DisputeSeen:
    return DisputeSeen(
        reference=f"du_{payment.id}",
        amount=Money(amount=amount, currency=payment.amount.currency),
        reason="product_not_received",
        standing=DisputeStanding.WON if won else DisputeStanding.OPEN,
        withdrawn=True,
        reinstated=won,
    )


def test_what_the_bank_took_of_a_refund_is_settled_and_given_back_when_it_is_won(kitchen: scenes.Kitchen):
    """The provider refuses to give back what is disputed; nobody asks it for ever, and no money is lost."""
    order = scenes.place(kitchen, ids.new_id())
    settle()
    scenes.accept(order)
    payment = payment_of(order)
    record_disputes(payment.id, [_case(payment, order.total.amount - 500)])
    settle()

    scenes.cancel_by_staff(order)
    settle()

    assert payment_of(order).refunded.amount == 500
    assert scenes.order_of(order).status is Status.REFUNDED
    assert scenes.order_of(order).waits_until is None
    assert broken() == []

    record_disputes(payment.id, [_case(payment, order.total.amount - 500, won=True)])
    settle()

    assert payment_of(order).refunded == order.total
    assert scenes.order_of(order).status is Status.REFUNDED
    assert broken() == []
