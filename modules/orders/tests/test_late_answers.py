"""Answers that were on their way when the order was given up are undone, by the modules that gave them."""

from __future__ import annotations

import pytest

from modules.orders import jobs
from modules.orders.interface import CourierState, PaymentState, Status, VendorState
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_journey import jobs_left, payment_of, ticket_of
from modules.payments import interface as payments
from modules.restaurants.interface import TicketState
from tiffin.testing import settle

pytestmark = pytest.mark.database


def test_an_authorisation_that_comes_after_the_cancellation_is_let_go(kitchen, customer, monkeypatch) -> None:
    """The job has read the order and is about to ask; the customer cancels before it does."""
    order = scenes.place(kitchen, customer)
    ask = jobs.call

    def cancel_first(interface):
        monkeypatch.setattr(jobs, "call", ask)
        scenes.cancel(order)
        return ask(interface)

    monkeypatch.setattr(jobs, "call", cancel_first)
    settle()
    ended = order_of(order)
    assert (ended.status, ended.axes.payment) == (Status.CANCELLED, PaymentState.VOIDED)
    assert payment_of(order).state is payments.PaymentState.VOIDED
    assert jobs_left(order) == set()


def test_a_ticket_offered_after_the_cancellation_is_withdrawn(kitchen, customer, monkeypatch) -> None:
    order = scenes.place(kitchen, customer)
    ask = jobs.call

    def cancel_before_the_offer(interface):
        if interface is jobs.Restaurants:
            monkeypatch.setattr(jobs, "call", ask)
            scenes.cancel(order)
        return ask(interface)

    monkeypatch.setattr(jobs, "call", cancel_before_the_offer)
    settle()
    ended = order_of(order)
    assert (ended.status, ended.axes.vendor) == (Status.CANCELLED, VendorState.WITHDRAWN)
    assert ticket_of(order).state is TicketState.WITHDRAWN
    assert payment_of(order).state is payments.PaymentState.VOIDED
    assert jobs_left(order) == set()


def test_an_acceptance_that_crosses_the_cancellation_is_withdrawn(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept_unheard(order)
    scenes.cancel(order)
    settle()
    ended = order_of(order)
    assert (ended.status, ended.accepted_at) == (Status.CANCELLED, None)
    assert ticket_of(order).state is TicketState.WITHDRAWN
    assert payment_of(order).state is payments.PaymentState.VOIDED
    assert jobs_left(order) == set()


def test_a_capture_that_crosses_the_cancellation_is_given_back(kitchen, customer, monkeypatch) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    ask = jobs.call

    def stop_before_the_capture(interface):
        if interface is jobs.Payments:
            monkeypatch.setattr(jobs, "call", ask)
            scenes.cancel_by_staff(order)
        return ask(interface)

    monkeypatch.setattr(jobs, "call", stop_before_the_capture)
    scenes.accept(order)
    ended, payment = order_of(order), payment_of(order)
    assert ended.status in {Status.CANCELLED, Status.REFUNDED}
    assert payment.captured == payment.refunded
    assert ended.captured == ended.refunded
    assert jobs_left(order) == set()


def test_a_courier_requested_after_the_cancellation_is_called_off(kitchen, customer, monkeypatch) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.courier_on_shift()
    ask = jobs.call

    def stop_before_the_request(interface):
        if interface is jobs.Delivery:
            monkeypatch.setattr(jobs, "call", ask)
            scenes.cancel_by_staff(order)
        return ask(interface)

    monkeypatch.setattr(jobs, "call", stop_before_the_request)
    scenes.accept(order)
    ended = order_of(order)
    assert ended.axes.courier is CourierState.CANCELLED
    assert ended.captured == ended.refunded
    assert jobs_left(order) == set()
