"""What went wrong in other systems and must not here, each as one scenario.

Elsewhere: late answers in `test_late_answers` and `test_interleavings`, a lock left by a dead worker
in `tiffin.jobs`, what is said before its commit in `tiffin.log`, two windows over HTTP in `tests/acceptance`.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import msgspec
import pytest
from django.db import connections

from modules.orders import services
from modules.orders.interface import Orders, OrderView, QuoteAlreadyUsed, Status, TipWrong
from modules.orders.jobs import secure_payment
from modules.orders.models import Order, TimelineEntry
from modules.orders.services import place_order, placing
from modules.orders.tests import scenes
from modules.orders.tests.happenings import report
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_journey import payment_of, ticket_of
from modules.payments.interface import Payments
from modules.payments.interface import PaymentState as Money
from tiffin import clock
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.jobs import running
from tiffin.jobs.registry import LEASE
from tiffin.models import Job, LogEvent
from tiffin.testing import api, settle

pytestmark = pytest.mark.database


def test_paid_but_no_order(kitchen, customer, monkeypatch) -> None:
    """Placing fails at the last moment: nobody is asked for money for an order that is not there."""

    def fails(*_: object) -> None:
        raise RuntimeError("in the last moment")

    token = scenes.quote(kitchen, customer).token or ""
    monkeypatch.setattr(placing, "take_slot", fails)
    with pytest.raises(RuntimeError):
        place_order(customer_id=customer, quote=token, payment_method=scenes.VISA)
    settle()
    assert not Order.objects.exists()
    assert not Job.objects.using("orders").filter(name="secure_payment").exists()
    assert call(Payments).page() == []
    monkeypatch.undo()
    placed = place_order(customer_id=customer, quote=token, payment_method=scenes.VISA)
    settle()
    assert payment_of(placed).state is Money.AUTHORISED


def test_a_double_click_in_two_tabs(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer).token or ""
    start, outcomes = threading.Barrier(2), []

    def press() -> None:
        start.wait()
        try:
            outcomes.append(services.place_order(customer_id=customer, quote=token, payment_method="card"))
        except QuoteAlreadyUsed as refusal:
            outcomes.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (order,) = (each for each in outcomes if isinstance(each, Order))
    (refusal,) = (each for each in outcomes if isinstance(each, QuoteAlreadyUsed))
    assert refusal.order_id == str(order.id)
    assert Order.objects.count() == 1


def test_the_webhook_comes_before_the_response(kitchen, customer) -> None:
    """What the provider said is heard before the call that asked it has come back; then the call does."""
    order = scenes.place(kitchen, customer)
    report(order.id, "authorised")
    assert order_of(order).status is Status.WAITING_FOR_RESTAURANT
    secure_payment(order.id)
    assert order_of(order).status is Status.WAITING_FOR_RESTAURANT
    assert call(Payments).for_orders(order_ids=[order.id]) == []


def test_the_webhook_comes_twice_and_late(kitchen, customer) -> None:
    order = scenes.deliver(kitchen, customer)
    settle()
    entries = TimelineEntry.objects.filter(order_id=order.id).count()
    for late in ("authorised", "captured", "authorised", "captured"):
        report(order.id, late)
    assert TimelineEntry.objects.filter(order_id=order.id).count() == entries
    assert order_of(order).captured == order.total.amount


def test_nobody_hears_of_an_order_whose_placing_fails_at_the_last_moment(
    kitchen, customer, monkeypatch
) -> None:
    """What is told and wished lies in the transaction: it is rolled back whole, and nothing was nudged."""
    told = LogEvent.objects.using("orders").count()
    wished = Job.objects.using("orders").count()

    def fails(*_: object) -> None:
        raise RuntimeError("in the last moment")

    token = scenes.quote(kitchen, customer).token or ""
    monkeypatch.setattr(placing, "use_promotions", fails)
    with pytest.raises(RuntimeError):
        place_order(customer_id=customer, quote=token, payment_method=scenes.VISA)
    assert LogEvent.objects.using("orders").count() == told
    assert Job.objects.using("orders").count() == wished


def test_a_worker_that_dies_with_an_order_in_its_hands_leaves_it_to_another(kitchen, customer) -> None:
    """It took the job and is never heard of again: once its lease is over the order goes on."""
    order = scenes.place(kitchen, customer)
    taken = running.claim("orders", limit=50)
    assert "secure_payment" in {each.name for each in taken}
    settle()
    assert order_of(order).status is Status.PAYING

    with clock.shift(LEASE + timedelta(seconds=1)):
        settle()
        assert order_of(order).status is Status.WAITING_FOR_RESTAURANT


def test_a_tip_on_what_is_fetched_is_refused_over_http(kitchen, customer) -> None:
    wanted = {
        "restaurant_id": str(kitchen.id),
        "lines": msgspec.to_builtins((kitchen.ramen(),)),
        "fulfilment": "pickup",
        "tip": 100,
    }
    client = api(Actor(kind=ActorKind.CUSTOMER, id=customer))
    answer = client.post("/api/v1/quotes", wanted)
    assert (answer.status_code, answer.json()["code"]) == (422, TipWrong.code)


def test_a_tip_on_what_is_fetched(kitchen, customer) -> None:
    with pytest.raises(TipWrong):
        scenes.quote(kitchen, customer, fulfilment="pickup", tip=100)


def test_everybody_sees_the_same_total(kitchen, customer) -> None:
    """The price, the order, the list, the books, the provider, and what its lines come to."""
    quote = scenes.quote(kitchen, customer, kitchen.ramen(3), tip=250)
    placed = scenes.place_token(customer, quote.token or "")
    settle()
    scenes.accept(placed)
    seen: OrderView = call(Orders).get(customer_id=customer, order_id=placed.id)
    (listed,) = call(Orders).list_for_customer(customer_id=customer).orders
    (books,) = call(Orders).money()
    totals = {
        quote.price.total,
        placed.total,
        seen.total,
        seen.price.total,
        listed.total,
        books.total,
        books.captured,
        payment_of(placed).amount,
        payment_of(placed).captured,
    }
    assert len(totals) == 1
    assert sum(part.amount.amount for part in seen.price.components) == seen.total.amount
    assert ticket_of(placed).total == seen.price.subtotal
    assert sum(line.total.amount for line in seen.lines) == seen.price.subtotal.amount
