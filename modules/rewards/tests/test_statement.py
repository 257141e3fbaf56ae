"""A customer's statement: why points came and went, and what was there afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.rewards import services
from modules.rewards.interface import Flow, InsufficientPoints, Rewards
from modules.rewards.models import Earning, Entry
from modules.rewards.selectors.statement import ADJUSTED, WORDS, what_of
from modules.rewards.services import hold, post_hold, restore_hold, void_hold
from modules.rewards.states import FLOWS, OF_CUSTOMERS, POINTS
from modules.rewards.tests.earnings import campaign, confirmed, refunded
from modules.rewards.tests.giving import a_charity
from modules.rewards.tests.points import granted, in_days, posted, transfer
from tiffin import clock, ids
from tiffin.interfaces import call
from tiffin.money import Money

pytestmark = pytest.mark.database


def statement(customer_id, **asked):
    return call(Rewards).statement(customer_id=customer_id, **asked)


def noted(order_id, customer_id, *, parts) -> None:
    """What an order earned, as it is kept."""
    Earning.objects.create(
        id=order_id,
        customer_id=customer_id,
        region="gb",
        restaurant_id=ids.new_id(),
        goods=1000,
        delivered_at=clock.now(),
        due_at=clock.now(),
        state_name="pending",
        points=sum(part["points"] for part in parts),
        parts=parts,
    )


def test_every_flow_of_a_customer_has_words() -> None:
    of_customers = {flow for flow, way in FLOWS.items() if {way.debit, way.credit} & OF_CUSTOMERS}

    assert of_customers == set(WORDS)


def test_a_reason_is_part_of_the_words() -> None:
    assert what_of(Flow.GRANT, f"{ADJUSTED}cold soup", of_order=False) == "Given by our staff: cold soup"
    assert what_of(Flow.TAKE_BACK, f"{ADJUSTED}twice", of_order=False) == "Taken by our staff: twice"
    assert what_of(Flow.SEND, "to K7Q-4TX-M93", of_order=False) == "Sent to K7Q-4TX-M93"
    assert what_of(Flow.RELEASE, "lapsed", of_order=True) == "Free again: not needed for the order (lapsed)"
    assert what_of(Flow.TAKE_BACK, "refund", of_order=True) == "Taken back: the order was refunded"
    assert what_of(Flow.DONATE, "donation", of_order=False) == "Given to a good cause"


def test_the_latest_is_first_with_what_was_there_after_it(database) -> None:
    customer, order = granted(500), ids.new_id()
    lot = ids.new_id()
    posted(transfer(Flow.EARN, 40, customer, id=lot, order_id=order))
    held = hold(hold_id=ids.new_id(), customer_id=customer, order_id=order, points=200, region="gb")
    post_hold(hold_id=held.id, points=150)
    posted(transfer(Flow.CONFIRM, 40, customer, lot_id=lot, order_id=order))

    lines = statement(customer).lines

    assert [(line.flow, line.change, line.after) for line in lines] == [
        (Flow.CONFIRM, 40, 390),
        (Flow.RELEASE, 50, 350),
        (Flow.POST, 0, 300),
        (Flow.HOLD, -200, 300),
        (Flow.EARN, 0, 500),
        (Flow.GRANT, 500, 500),
    ]
    assert lines[0].order_id == order
    assert lines[4].expires_at is not None
    assert lines[3].expires_at is None  # when a hold lapses is nobody's expiry


def test_each_line_names_the_campaigns_that_gave_and_no_others(database) -> None:
    campaign(title="Summer_24", points=30)
    campaign(title="Ramen week", points=50, partner="Noodle Bar")
    customer = ids.new_id()
    order = confirmed(customer, 1000)
    refunded(order, 1000)

    lines = statement(customer).lines

    said = {(line.flow, line.campaigns, line.what) for line in lines}
    assert said == {
        (flow, (title,), f"{WORDS[flow]} ({title})")
        for title, first in (("Summer_24", Flow.EARN), ("Ramen week", Flow.EARN_FUNDED))
        for flow in (first, Flow.CONFIRM, Flow.TAKE_BACK)
    }
    assert {line.order_id for line in lines} == {order}


def test_a_tier_that_gave_is_named(database) -> None:
    customer, order = ids.new_id(), ids.new_id()
    parts = [{"why": "order", "points": 10}, {"why": "tier gold", "points": 5}]
    lot = ids.derived(order, "earn")
    noted(order, customer, parts=parts)
    posted(transfer(Flow.EARN, 15, customer, id=lot, order_id=order))

    (line,) = statement(customer).lines

    assert (line.campaigns, line.what) == ((), f"{WORDS[Flow.EARN]} (tier gold)")


def test_a_gift_names_its_charity(database) -> None:
    customer = granted(500)
    services.donate(customer_id=customer, charity_id=a_charity(name="Soup for All").pk, points=200)

    line = statement(customer).lines[0]

    assert (line.flow, line.charity, line.what) == (Flow.DONATE, "Soup for All", "Given to Soup for All")


def test_pages_follow_each_other_and_show_nothing_twice(database) -> None:
    customer = granted(1)
    for _ in range(6):
        granted(1, customer)
    others = granted(5)

    first = statement(customer, size=3)
    granted(1, customer)
    second = statement(customer, after=first.after, size=3)
    third = statement(customer, after=second.after, size=3)

    assert [line.after for page in (first, second, third) for line in page.lines] == [7, 6, 5, 4, 3, 2, 1]
    assert third.after is None
    assert [line.after for line in statement(others).lines] == [5]


def test_a_page_is_as_long_as_asked_within_bounds(database) -> None:
    customer = granted(1)
    granted(1, customer)

    assert len(statement(customer, size=0).lines) == 1
    assert len(statement(customer, size=10_000).lines) == 2


def test_who_never_had_points_has_an_empty_statement(database) -> None:
    nobody = ids.new_id()

    assert statement(nobody).lines == ()
    found = call(Rewards).account(customer_id=nobody, region="gb")
    assert (found.wallet.available, found.code, found.usable, found.expiring) == (0, "", True, ())


def test_the_account_says_what_points_are_worth_where_and_what_expires_first(database) -> None:
    customer = granted(150, days=20)
    granted(100, customer, days=10)

    here = call(Rewards).account(customer_id=customer, region="gb")

    assert here.worth == Money(amount=150, currency="GBP")  # 100 points are 60 there
    assert [lot.available for lot in here.expiring] == [100, 150]
    assert here.expiring[0].expires_at - clock.now() > timedelta(days=9)
    assert here.minimum_points == 100
    there = call(Rewards).account(customer_id=customer, region="pl")
    assert there.worth == Money(amount=750, currency="PLN")  # the same points, and 100 are 3 zl there
    assert call(Rewards).account(customer_id=customer, region="nowhere").worth is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 60)), max_size=12))
def test_each_line_leaves_what_the_one_before_left_and_its_change(database, steps) -> None:
    customer = granted(100)
    holds = []
    for kind, points in steps:
        try:
            if kind == 0:
                granted(points, customer)
            elif kind == 1:
                holds.append(
                    hold(
                        hold_id=ids.new_id(),
                        customer_id=customer,
                        order_id=ids.new_id(),
                        points=points,
                        region="gb",
                    )
                )
            elif kind == 2 and holds:
                taken = holds.pop()
                post_hold(hold_id=taken.id, points=max(1, taken.points // 2))
                restore_hold(hold_id=taken.id, key="once", points=1, reason="claim")
            elif kind == 3 and holds:
                void_hold(hold_id=holds.pop().id)
            elif kind == 4:
                lot = ids.new_id()
                posted(transfer(Flow.EARN, points, customer, id=lot, expires_at=in_days(9)))
                posted(transfer(Flow.CONFIRM, points, customer, lot_id=lot))
        except InsufficientPoints:
            continue

    before = 0
    for line in reversed(statement(customer, size=100).lines):
        before += line.change
        assert line.after == before
    assert before == call(Rewards).wallet(customer_id=customer).available
    assert Entry.objects.filter(customer_id=customer).exclude(unit=POINTS).count() == 0
