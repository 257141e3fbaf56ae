"""Whatever is reported in whatever order, twice, late or never: the order stays whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import repeat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.orders.interface import Fulfilment, Orders
from modules.orders.models import Order, TimelineEntry
from modules.orders.policies import Keepable, Stage
from modules.orders.selectors import known
from modules.orders.selectors.cancelling import fee_of
from modules.orders.states import is_final
from modules.orders.tests import scenes
from modules.orders.tests.happenings import (
    AFTERWARDS,
    BANKS,
    COURSE,
    FAILURES,
    OTHERS,
    POINTS,
    REPORTS,
    SLOTS,
    happen,
    report,
    settle_everything,
)
from modules.orders.tests.whole import check, check_receipts, check_rules, with_bank
from tiffin import clock, ids
from tiffin.interfaces import call
from tiffin.testing.emptying import empty

# Courses of the long look. Each run makes up others; TIFFIN_COURSES=2000 looks for half an hour at once.
MANY = int(os.environ.get("TIFFIN_COURSES", "300"))
# What a region may keep of orders that customers stop, and that staff do.
KEPT = tuple(
    {"by": by, "stage": stage.value, "what": what.value, "share": "0.7"}
    for by in ("customer", "staff", "age_check")
    for stage in Stage
    for what in Keepable
)


def _play(
    kitchen: scenes.Kitchen,
    happenings: list[str],
    fulfilment: Fulfilment = Fulfilment.DELIVERY,
    *,
    keeps: bool = False,
    late: bool = False,
    slot: int | None = None,
    points: int = 0,
) -> None:
    wishes: dict[str, object] = {"fulfilment": fulfilment}
    if points:
        wishes["points"], happenings = points, ["rewards answers", *happenings]
    if slot is not None:
        wishes["wanted_at"] = _slots(kitchen, fulfilment)[slot]
    with pytest.MonkeyPatch.context() as patch:
        scenes.rules(patch, "rewards.redeeming", scenes.PENNY)
        if keeps:
            scenes.rules(patch, "cancellation.kept", *KEPT)
        _play_here(kitchen, happenings, wishes, late)


def _slots(kitchen: scenes.Kitchen, fulfilment: Fulfilment) -> list[datetime]:
    return [slot.starts_at for slot in call(Orders).slots(restaurant_id=kitchen.id, fulfilment=fulfilment)]


def _play_here(kitchen: scenes.Kitchen, happenings: list[str], wishes: dict[str, object], late: bool) -> None:
    customer = ids.new_id()
    if "points" in wishes:
        scenes.give_points(customer, 100_000)
    order = scenes.place(kitchen, customer, kitchen.ramen(2), **wishes)
    if late:
        Order.objects.filter(pk=order.id).update(promised_by=clock.now() - timedelta(hours=1))
    check(order.id)
    for name in happenings:
        happen(order.id, name)
        check(order.id)
    ended = settle_everything(order.id)
    assert is_final(ended.axes)
    check(order.id)
    assert ended.refunded == ended.refund_due
    if ended.order_state != "completed":
        fee = fee_of(ended)
        assert ended.captured - ended.refunded - with_bank(ended) == (fee.amount if fee else 0)
    check_receipts(ended)
    check_rules()


def _thrifty_kitchen() -> scenes.Kitchen:
    """One whose orders are all for less: of a budget, and once a customer."""
    opened = scenes.open_kitchen()
    scenes.two_pounds_off(budget=1_000_000)
    return opened


@pytest.fixture
def kitchen(database: object) -> scenes.Kitchen:
    return _thrifty_kitchen()


@pytest.fixture
def kitchens(database: object) -> Iterator[scenes.Kitchen]:
    """One for each course; now and then all tables are empty, since the rules look at all orders."""

    def one_after_the_other() -> Iterator[scenes.Kitchen]:
        while True:
            empty()
            known.menu.cache_clear()
            yield from repeat(_thrifty_kitchen(), 25)

    return one_after_the_other()


@pytest.mark.database
@given(
    prefix=st.integers(0, len(COURSE)),
    fulfilment=st.sampled_from([Fulfilment.DELIVERY, Fulfilment.PICKUP]),
    keeps=st.booleans(),
    late=st.booleans(),
    slot=SLOTS,
    points=POINTS,
    more=st.lists(st.sampled_from([*REPORTS, *OTHERS, *AFTERWARDS]), max_size=14),
)
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_random_courses_end_whole(
    kitchen, prefix: int, fulfilment, keeps: bool, late: bool, slot: int | None, points: int, more
) -> None:
    course = [*COURSE[:prefix], *more]
    _play(kitchen, course, fulfilment, keeps=keeps, late=late, slot=slot, points=points)


@pytest.mark.full
@pytest.mark.database
@given(
    prefix=st.integers(0, len(COURSE)),
    fulfilment=st.sampled_from([Fulfilment.DELIVERY, Fulfilment.PICKUP]),
    keeps=st.booleans(),
    late=st.booleans(),
    slot=SLOTS,
    points=POINTS,
    more=st.lists(st.sampled_from([*REPORTS, *OTHERS, *AFTERWARDS]), max_size=30),
)
@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.timeout(3600)
def test_many_random_courses_end_whole(
    kitchens, prefix: int, fulfilment, keeps: bool, late: bool, slot: int | None, points: int, more
) -> None:
    course = [*COURSE[:prefix], *more]
    _play(next(kitchens), course, fulfilment, keeps=keeps, late=late, slot=slot, points=points)


@pytest.mark.parametrize("other", [*OTHERS, *AFTERWARDS, *BANKS, "declined", "rejected", "voided", *FAILURES])
@pytest.mark.parametrize("keeps", [False, pytest.param(True, marks=pytest.mark.full)])
@pytest.mark.parametrize("points", [0, pytest.param(700, marks=pytest.mark.full)])
def test_a_turn_at_any_stage_ends_whole(kitchen, other: str, keeps: bool, points: int) -> None:
    for stage in range(len(COURSE) + 1):
        _play(kitchen, [*COURSE[:stage], other, *COURSE[stage:]], keeps=keeps, late=keeps, points=points)


@pytest.mark.parametrize("other", ["customer cancels", "nothing came", "points lapsed"])
@pytest.mark.parametrize("points", [700, 10_000])
def test_a_turn_at_any_stage_of_what_points_pay_ends_whole(kitchen, other: str, points: int) -> None:
    for stage in range(len(COURSE) + 1):
        _play(kitchen, [*COURSE[:stage], other, *COURSE[stage:]], points=points)


def test_a_gift_before_anything_was_taken_is_not_kept_as_well(kitchen) -> None:
    _play(kitchen, ["authorised", "refunded", "customer cancels"], keeps=True)


def test_a_report_handled_twice_changes_nothing_more(kitchen) -> None:
    for name in REPORTS:
        order = scenes.place(kitchen, ids.new_id())
        for step in (*COURSE[:5], name):
            report(order.id, step)
        entries = TimelineEntry.objects.filter(order_id=order.id).count()
        report(order.id, name)
        assert TimelineEntry.objects.filter(order_id=order.id).count() == entries, name
