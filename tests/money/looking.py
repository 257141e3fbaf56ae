"""How the tests of money look at it: the payment of an order, what the audit finds, the staff's pages."""

from __future__ import annotations

from django.test import Client

from config.audit import ledger_closes, money_adds_up, payments_have_orders
from modules.orders.interface import OrderView
from modules.payments.interface import Payments, PaymentView
from modules.payments.models import Payment
from tiffin import ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.audit import Inspection, inspected
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.interfaces import call
from tiffin.testing import token


def payment_of(order: OrderView) -> PaymentView:
    (payment,) = call(Payments).for_orders(order_ids=[order.id])
    return payment


def row_of(order: OrderView) -> Payment:
    return Payment.objects.get(order_id=order.id)


def broken() -> list[str]:
    """What the audit finds about money."""
    found = []
    for look in (money_adds_up, payments_have_orders, ledger_closes):
        check = inspected(Inspection(look.__name__, "payments"), look)
        found += [finding.problem for finding in check.findings]
    return found


def staff_browser(*roles: str) -> Client:
    browser = Client()
    everywhere = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=roles, regions=(EVERY_REGION,))
    browser.cookies[STAFF_COOKIE] = token(everywhere)
    return browser


def staff(address: str) -> str:
    """The page, or the file, as finance sees it."""
    answer = staff_browser("finance").get(address, follow=True)
    assert answer.status_code == 200, address
    if answer.streaming:
        return b"".join(answer.streaming_content).decode()
    return answer.content.decode()
