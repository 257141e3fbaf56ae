"""Plans, and customers who join them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from modules.payments.interface import Payments, PaymentState, PaymentView
from modules.subscriptions import jobs
from modules.subscriptions.interface import InvoiceState, MembershipView, Subscriptions
from modules.subscriptions.models import Attempt, Invoice, Membership, Plan, PlanVersion
from modules.subscriptions.services import add_version, draft_plan, offer_plan
from tiffin import clock, ids
from tiffin.interfaces import CommandKey, call
from tiffin.models import Job
from tiffin.testing import settle

VISA, DECLINED, ASKS, LOST = (
    "pm_card_visa",
    "pm_card_chargeDeclined",
    "pm_card_authenticationRequired",
    "pm_card_timeout",
)
# The middle of a day in the middle of a month, in summer time.
JOINED = date(2027, 5, 12)
FREE_DELIVERY = {"kind": "free_delivery", "minimum": 1500, "within_m": 4000}


def a_plan(code: str = "plus", *, region: str = "gb", offered: bool = True, **terms: Any) -> Plan:
    """A plan of 4.99 a month, unless the terms say otherwise."""
    of_plan = {
        name: terms.pop(name) for name in ("months", "level", "title", "comeback_days") if name in terms
    }
    with clock.hold(datetime(2026, 1, 1, tzinfo=UTC)):
        plan = draft_plan(
            Plan(
                **{"region": region, "code": code, "title": code.title(), "months": 1, "level": 1, **of_plan}
            )
        )
        add_version(PlanVersion(**{"plan": plan, "price": 499, "benefits": [FREE_DELIVERY], **terms}))
        if offered:
            offer_plan(plan_id=plan.id)
    plan.refresh_from_db()
    return plan


@contextmanager
def on(day: date, *, hour: int = 12) -> Iterator[None]:
    """At an hour of that day, UTC; whatever is due by then is done."""
    with clock.hold(datetime.combine(day, time(hour), UTC)):
        move()
        yield
        move()


def move() -> None:
    """Whatever is due is done, until nothing is."""
    while True:
        settle()
        jobs.due()
        jobs.number()
        if not Job.objects.using("subscriptions").filter(due__lte=clock.now()).exists():
            return


def key() -> CommandKey:
    return CommandKey(str(ids.new_id()))


def join(plan: Plan, *, customer: UUID | None = None, method: str = VISA, **more: Any) -> MembershipView:
    return call(Subscriptions).join(
        key=key(), customer_id=customer or ids.new_id(), plan_id=plan.id, method=method, **more
    )


def joined(plan: Plan, *, day: date = JOINED, **more: Any) -> MembershipView:
    with on(day):
        member = join(plan, **more)
    return seen(member)


def do(name: str, member: MembershipView, **more: Any) -> MembershipView:
    """A command about it, of its customer."""
    command = getattr(call(Subscriptions), name)
    found: MembershipView = command(
        key=key(), customer_id=member.customer_id, membership_id=member.id, **more
    )
    return found


def seen(member: MembershipView) -> MembershipView:
    return call(Subscriptions).membership(customer_id=member.customer_id, membership_id=member.id)


def row(member: MembershipView) -> Membership:
    return Membership.objects.get(pk=member.id)


def invoices(member: MembershipView) -> list[Invoice]:
    return list(Invoice.objects.filter(membership_id=member.id).order_by("begins", "opened_at"))


def states(member: MembershipView) -> list[tuple[date, InvoiceState]]:
    return [(invoice.begins, invoice.state) for invoice in invoices(member)]


def payments(member: MembershipView) -> list[PaymentView]:
    """Of all its charges, the first first."""
    asked: Sequence[UUID] = list(
        Attempt.objects.filter(invoice__membership_id=member.id)
        .order_by("asked_at", "pk")
        .values_list("pk", flat=True)
    )
    found = {view.order_id: view for view in call(Payments).for_orders(order_ids=list(asked))}
    return [found[charge] for charge in asked if charge in found]


def taken(member: MembershipView) -> list[int]:
    """What was taken and not given back, charge by charge."""
    done = {PaymentState.CAPTURED, PaymentState.PARTIALLY_REFUNDED}
    return [(view.captured - view.refunded).amount for view in payments(member) if view.state in done]


def days_later(days: int, day: date = JOINED) -> date:
    return day + timedelta(days=days)
