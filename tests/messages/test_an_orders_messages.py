"""What its customer hears of an order, from the order itself to the mailbox: by the log, in its words."""

from __future__ import annotations

import pytest
from django.core import mail

from modules.notifications import services as notifications
from modules.notifications.jobs import send_emails
from modules.notifications.models import Message
from modules.orders.interface import ClaimLine, ClaimReason, Orders
from modules.orders.tests import scenes
from tiffin.interfaces import call
from tiffin.testing import settle

pytestmark = pytest.mark.database


def heard(order) -> list[tuple[str, str]]:
    settle()
    found = Message.objects.filter(order_id=order.id).order_by("created_at", "kind", "channel")
    return [(each.kind, each.channel) for each in found]


def subjects() -> list[str]:
    send_emails()
    return [sent.subject for sent in mail.outbox]


def test_of_an_order_that_came_and_lacked_something(kitchen, zofia) -> None:
    notifications.add_webhook(customer_id=zofia, url="https://example.com/orders")
    order = scenes.deliver(kitchen, zofia, kitchen.ramen(3))
    everywhere = [("order_confirmed", "email"), ("order_confirmed", "webhook")]
    to_systems = [("order_accepted", "webhook"), ("order_delivered", "webhook")]
    assert sorted(heard(order)) == sorted([*everywhere, *to_systems, ("order_feedback", "email")])
    assert subjects() == ["Your order is with the restaurant", "How was your meal?"]

    call(Orders).claim(
        key=scenes.new_key(),
        customer_id=zofia,
        order_id=order.id,
        reason=ClaimReason.MISSING,
        lines=(ClaimLine(line=0, quantity=1),),
    )
    kinds = {kind for kind, channel in heard(order) if channel == "email"}
    assert kinds == {"order_confirmed", "order_feedback", "claim_decided", "order_refunded"}
    assert len(subjects()) == 4


def test_of_an_order_that_the_restaurant_does_not_cook(kitchen, zofia) -> None:
    order = scenes.place(kitchen, zofia)
    settle()
    scenes.reject(order)
    assert heard(order) == [("order_confirmed", "email"), ("order_cancelled", "email")]
    assert len(subjects()) == 2


def test_of_an_order_that_staff_stop_after_it_was_paid(kitchen, zofia) -> None:
    order = scenes.place(kitchen, zofia)
    settle()
    scenes.accept(order)
    scenes.cancel_by_staff(order)
    assert [kind for kind, _ in heard(order)] == ["order_confirmed", "order_cancelled", "order_refunded"]
