"""Each local day the points that a region owes are counted by what moved and by what lies in the lots."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.rewards import audit as rules
from modules.rewards import services
from modules.rewards.interface import Flow
from modules.rewards.models import Book, LiabilityDay
from modules.rewards.models.books import CAME, WENT
from modules.rewards.selectors import liability
from modules.rewards.states import FLOWS, IN_LOTS
from modules.rewards.tests.points import linked, posted, refused, transfer
from modules.rewards.tests.test_audit import behind_its_back
from tiffin import clock, ids, regions
from tiffin.audit import Inspection, inspected
from tiffin.testing import empty, settle

pytestmark = pytest.mark.database

# British Summer Time: local midnight is 23:00 UTC.
NOON = datetime(2027, 7, 5, 12, 0, tzinfo=UTC)
DAY = date(2027, 7, 5)
ONE_DAY = timedelta(days=1)
LATER = datetime(2030, 1, 1, tzinfo=UTC)
ENDING = ((Flow.POST, 250), (Flow.RELEASE, 50))  # a hold ends whole
DATED = frozenset({Flow.EARN, Flow.EARN_FUNDED, Flow.GRANT, Flow.RECEIVE, Flow.HOLD})


def do(flow: Flow, amount: int, customer: UUID | None, at: datetime = NOON, **more: Any) -> UUID:
    """Enter it at that moment; its id."""
    asked = transfer(flow, amount, customer, **{"expires_at": LATER if flow in DATED else None, **more})
    with clock.hold(at):
        posted(asked)
    return asked.id


def attempt(flow: Flow, amount: int, customer: UUID, at: datetime, **more: Any) -> UUID:
    """Ask for it at that moment, whether or not it is refused; its id."""
    asked = transfer(flow, amount, customer, **{"expires_at": LATER if flow in DATED else None, **more})
    with clock.hold(at):
        refused(asked)
    return asked.id


def at(moment: datetime) -> None:
    with clock.hold(moment):
        services.open_books()
        settle()


def closed(day: date = DAY, region: str = "gb") -> LiabilityDay:
    found: LiabilityDay = LiabilityDay.objects.get(day=day, region=region)
    return found


def test_a_day_says_what_moved_and_what_is_left():
    customer, friend, campaign = ids.new_id(), ids.new_id(), ids.new_id()
    lot = do(Flow.EARN, 1_000, customer)
    do(Flow.EARN_FUNDED, 200, friend, party_id=campaign)
    do(Flow.CONFIRM, 900, customer, lot_id=lot)
    do(Flow.UNEARN, 100, customer, lot_id=lot)
    do(Flow.GRANT, 50, customer)
    hold = do(Flow.HOLD, 300, customer)
    with clock.hold(NOON):
        ending = [transfer(flow, points, customer, hold_id=hold) for flow, points in ENDING]
        assert linked(*ending) == ()
    do(Flow.DONATE, 20, customer)
    do(Flow.SEND, 30, customer)
    do(Flow.RECEIVE, 30, friend)

    at(NOON + ONE_DAY)

    day = closed()
    assert (day.opening_points, day.issued, day.received, day.restored) == (0, 1_250, 30, 0)
    assert (day.redeemed, day.donated, day.sent, day.taken_back) == (250, 20, 30, 100)
    assert (day.confirmed, day.funded) == (900, 200)
    assert (day.closing_points, day.counted_points, day.difference) == (880, 880, 0)


def test_what_is_taken_back_owed_and_repaid_is_counted():
    customer = ids.new_id()
    lot = do(Flow.GRANT, 100, customer)
    do(Flow.TAKE_BACK, 30, customer, lot_id=lot)
    do(Flow.OWE, 40, customer)
    do(Flow.REPAY, 25, customer)
    at(NOON + ONE_DAY)
    day = closed()
    assert (day.issued, day.taken_back, day.repaid) == (100, 30, 25)
    assert (day.closing_points, day.counted_points, day.difference) == (45, 45, 0)


def test_a_day_counts_each_flow_by_which_customers_have_more_or_less():
    """And no other, whichever flows there will be."""
    into = {flow for flow, way in FLOWS.items() if way.credit in IN_LOTS and way.debit not in IN_LOTS}
    out_of = {flow for flow, way in FLOWS.items() if way.debit in IN_LOTS and way.credit not in IN_LOTS}
    assert {flow for flows in CAME.values() for flow in flows} == into
    assert {flow for flows in WENT.values() for flow in flows} == out_of


def test_days_follow_each_other_and_are_worth_what_the_region_says():
    customer = ids.new_id()
    lot = do(Flow.GRANT, 1_000, customer)
    do(Flow.EXPIRE, 400, customer, lot_id=lot, at=NOON + ONE_DAY)
    at(NOON + 3 * ONE_DAY)

    days = list(LiabilityDay.objects.filter(region="gb").order_by("day"))
    assert [(day.opening_points, day.expired, day.closing_points) for day in days] == [
        (0, 0, 1_000), (1_000, 400, 600), (600, 0, 600),
    ]  # fmt: skip
    last = days[-1]
    assert last.price_points > 0
    assert abs(last.closing_value * last.price_points - 600 * last.price_amount) * 2 <= last.price_points


def test_what_happens_after_midnight_where_it_ends_is_of_the_next_day():
    customer = ids.new_id()
    do(Flow.GRANT, 10, customer, at=datetime(2027, 7, 5, 22, 59, 59, tzinfo=UTC))
    do(Flow.GRANT, 5, customer, at=datetime(2027, 7, 5, 23, 0, tzinfo=UTC))
    at(datetime(2027, 7, 5, 23, 14, tzinfo=UTC))
    assert not LiabilityDay.objects.filter(region="gb").exists()
    at(datetime(2027, 7, 5, 23, 15, tzinfo=UTC))
    assert (closed().issued, closed().counted_points) == (10, 10)
    at(NOON + 2 * ONE_DAY)
    assert (closed(DAY + ONE_DAY).issued, closed(DAY + ONE_DAY).closing_points) == (5, 15)


def test_points_are_of_the_region_that_issued_them_wherever_they_go():
    customer = ids.new_id()
    do(Flow.GRANT, 100, customer, region="pl")
    hold = do(Flow.HOLD, 60, customer, region="gb")
    do(Flow.POST, 60, customer, region="gb", hold_id=hold)
    at(NOON + ONE_DAY)
    assert (closed(region="pl").redeemed, closed(region="pl").closing_points) == (60, 40)
    with clock.hold(NOON):
        assert not liability.points_moved("gb", NOON - ONE_DAY, NOON + ONE_DAY)


def test_points_that_come_back_are_owed_again():
    customer = ids.new_id()
    do(Flow.GRANT, 100, customer)
    hold = do(Flow.HOLD, 100, customer)
    do(Flow.POST, 100, customer, hold_id=hold)
    do(Flow.RESTORE, 40, customer, hold_id=hold, at=NOON + ONE_DAY)
    at(NOON + 2 * ONE_DAY)
    assert (closed().redeemed, closed().closing_points) == (100, 0)
    assert (closed(DAY + ONE_DAY).restored, closed(DAY + ONE_DAY).counted_points) == (40, 40)


def test_many_customers_are_counted_page_by_page(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(liability, "LOTS_A_PAGE", 2)
    customers = [ids.new_id() for _ in range(7)]
    for customer in customers:
        do(Flow.GRANT, 10, customer)
        do(Flow.GRANT, 1, customer)
    midnight = regions.get("gb").end_of(DAY)
    for customer in customers[:3]:  # since then these have spent all they had, and one has new ones
        do(Flow.DONATE, 11, customer, at=midnight + timedelta(minutes=5))
    do(Flow.GRANT, 1_000, ids.new_id(), at=midnight + timedelta(minutes=6))
    assert liability.points_in_lots("gb", midnight) == 77


def test_closing_again_changes_nothing():
    do(Flow.GRANT, 10, ids.new_id())
    at(NOON + ONE_DAY)
    before = list(LiabilityDay.objects.order_by("pk").values())
    with clock.hold(NOON + ONE_DAY):
        services.close_days(Book.objects.get(region="gb").pk)
    assert list(LiabilityDay.objects.order_by("pk").values()) == before
    with pytest.raises(DatabaseError, match="only ever closed"):
        LiabilityDay.objects.update(issued=0)


def found(rule: Callable[[Inspection], None]) -> int:
    return inspected(Inspection("rules", "rewards"), rule).broken


def test_points_that_nothing_moved_are_found_by_the_day_and_by_the_audit():
    customer = ids.new_id()
    do(Flow.GRANT, 100, customer)
    behind_its_back("UPDATE rewards_lot SET available = available - 7")
    at(NOON + ONE_DAY)
    day = closed()
    assert (day.closing_points, day.counted_points, day.difference, day.agrees) == (100, 93, -7, False)
    assert found(rules.days_of_points_tie) == 1


def test_intact_days_are_no_finding():
    do(Flow.GRANT, 100, ids.new_id())
    at(NOON + 3 * ONE_DAY)
    check = inspected(Inspection("rules", "rewards"), rules.days_of_points_tie)
    assert (check.looked_at >= 3, check.broken) == (True, 0)


steps = st.lists(
    st.tuples(
        st.sampled_from(["grant", "earn", "spend", "donate", "send", "expire"]),
        st.integers(1, 100),
        st.integers(0, 2),
        st.sampled_from(["gb", "pl"]),
        st.integers(0, 47),
    ),
    max_size=14,
)


@given(steps)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_both_counts_are_the_same(database: None, course: Any):
    empty()
    customers = [ids.new_id() for _ in range(3)]
    for what, points, which, region, hour in sorted(course, key=lambda step: step[-1]):
        _step(what, points, customers, which, region, NOON + timedelta(hours=hour))
    at(NOON + 3 * ONE_DAY)
    for row in LiabilityDay.objects.all():
        assert row.agrees, row
    with clock.hold(NOON + 4 * ONE_DAY):
        left = {region: liability.points_in_lots(region, clock.now()) for region in ("gb", "pl")}
    last = {row.region: row.closing_points for row in LiabilityDay.objects.order_by("day")}
    assert {region: points for region, points in left.items() if points} == {
        region: points for region, points in last.items() if points
    }


def _step(what: str, points: int, customers: list[UUID], which: int, region: str, moment: datetime) -> None:
    """What of it there are too few points for is refused."""
    customer, half = customers[which], points // 2 + 1
    more: dict[str, Any] = {"at": moment, "region": region}
    match what:
        case "grant" | "donate":
            attempt(Flow(what), points, customer, **more)
        case "earn":
            lot = attempt(Flow.EARN, points, customer, **more)
            attempt(Flow.UNEARN, half, customer, lot_id=lot, **more)
        case "spend":
            hold = attempt(Flow.HOLD, points, customer, **more)
            attempt(Flow.POST, points, customer, hold_id=hold, **more)
            attempt(Flow.RESTORE, half, customer, hold_id=hold, **more)
        case "send":
            sent = transfer(Flow.SEND, points, customer, region=region)
            came = transfer(Flow.RECEIVE, points, customers[which - 1], region=region, expires_at=LATER)
            with clock.hold(moment):
                linked(sent, came)
        case "expire":
            lot = attempt(Flow.GRANT, points, customer, **more)
            attempt(Flow.EXPIRE, points, customer, lot_id=lot, **more)
