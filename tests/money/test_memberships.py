"""A member orders: what the membership takes off is in the bill, is what it saved, and goes on while
subscriptions is not to be reached."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from modules.orders.interface import CodeOutcome, ComponentKind, QuoteView
from modules.orders.tests import scenes
from modules.orders.tests.test_promotions import begin
from modules.subscriptions.interface import MembershipView, Subscriptions
from modules.subscriptions.tests.members import a_plan, do, join, move, seen
from tests.money.looking import broken
from tiffin import clock, ids
from tiffin.interfaces import call
from tiffin.interfaces.testing import stopped
from tiffin.testing import settle

pytestmark = pytest.mark.database

BENEFITS = [
    {"kind": "free_delivery", "minimum": 1000, "within_m": 8000},
    {"kind": "reduced_service_fee", "rate": "0.5", "venue_share": "0.5"},
]


@pytest.fixture
def kitchen(database: object) -> scenes.Kitchen:
    return scenes.open_kitchen()


def a_member(customer: UUID) -> MembershipView:
    member = join(a_plan(benefits=BENEFITS), customer=customer)
    move()
    return seen(member)


def saved(quote: QuoteView) -> int:
    parts = [part for part in quote.price.components if part.kind is ComponentKind.MEMBER_BENEFIT]
    return -sum(part.amount.amount for part in parts)


def test_what_a_membership_takes_off_is_in_the_bill_and_in_the_savings(kitchen: scenes.Kitchen) -> None:
    customer = ids.new_id()
    plain = scenes.quote(kitchen, customer)
    a_member(customer)

    quote = scenes.quote(kitchen, customer)
    fees = {part.kind: part.amount.amount for part in plain.price.components}
    half = int((Decimal(fees[ComponentKind.SERVICE_FEE]) / 2).to_integral_value("ROUND_HALF_UP"))
    assert saved(quote) == fees[ComponentKind.DELIVERY_FEE] + half
    assert quote.price.total.amount == plain.price.total.amount - saved(quote)
    assert {benefit.kind: benefit.refusal for benefit in quote.benefits} == {
        "free_delivery": "",
        "reduced_service_fee": "",
    }
    assert plain.benefits == ()

    scenes.deliver(kitchen, customer)
    move()
    (member,) = call(Subscriptions).memberships(customer_id=customer)
    assert member.saved is not None
    assert member.saved.amount == saved(quote)
    assert broken() == []


def test_a_basket_that_is_too_small_is_told_what_is_missing(kitchen: scenes.Kitchen) -> None:
    customer = ids.new_id()
    a_member(customer)
    quote = scenes.quote(kitchen, customer, kitchen.line("Beer"))
    (refused,) = [benefit for benefit in quote.benefits if benefit.kind == "free_delivery"]
    assert (refused.refusal, refused.saved.amount) == ("below_minimum", 0)
    assert refused.missing is not None
    assert refused.missing.amount == 1000 - quote.price.subtotal.amount
    assert f"{refused.missing} more for free delivery as a member." in [hint.text for hint in quote.hints]


def test_while_subscriptions_is_not_to_be_reached_orders_go_on_with_what_they_know(
    kitchen: scenes.Kitchen,
) -> None:
    customer = ids.new_id()
    member = a_member(customer)
    with stopped(Subscriptions):
        assert saved(scenes.quote(kitchen, customer)) > 0
        scenes.deliver(kitchen, customer)
    assert member.access_until is not None
    with clock.hold(member.access_until), stopped(Subscriptions):
        assert saved(scenes.quote(kitchen, customer)) == 0


def test_what_ends_brings_nothing_any_more(kitchen: scenes.Kitchen) -> None:
    customer = ids.new_id()
    member = a_member(customer)
    do("cancel", member, now=True)
    settle()
    assert saved(scenes.quote(kitchen, customer)) == 0
    with clock.shift(timedelta(minutes=1)):
        assert broken() == []


def test_members_have_offers_that_are_theirs_alone(kitchen: scenes.Kitchen) -> None:
    plan = a_plan(benefits=[{"kind": "members_offers"}])
    member, stranger, plain = ids.new_id(), ids.new_id(), ids.new_id()
    joined = join(plan, customer=member)
    join(a_plan("basic", level=2), customer=plain)
    move()
    begin(title="A fifth off", kind="percentage", percent=Decimal(20), members_only=True)
    begin(code="CLUB", amount=400, members_only=True)

    def taken_off(customer: UUID, **wishes: str) -> tuple[int, CodeOutcome | None]:
        quote = scenes.quote(kitchen, customer, **wishes)
        parts = [part for part in quote.price.components if part.kind is ComponentKind.PROMOTION]
        said = quote.promotion_code
        return -sum(part.amount.amount for part in parts), said.outcome if said else None

    assert taken_off(member)[0] == 250
    assert taken_off(member, promotion_code="CLUB") == (400, CodeOutcome.APPLIED)
    for other in (stranger, plain):
        assert taken_off(other) == (0, None)
        assert taken_off(other, promotion_code="CLUB") == (0, CodeOutcome.MEMBERS_ONLY)

    do("cancel", joined, now=True)
    settle()
    assert taken_off(member) == (0, None)
