"""The report says what the ledger says: nothing is in it that no entry holds, and nothing is missing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models import F, Sum

from modules.rewards.interface import Flow
from modules.rewards.models import (
    Account,
    Book,
    Debtor,
    Entry,
    LiabilityDay,
    Lot,
    OutstandingFigure,
    PointsFigure,
)
from modules.rewards.selectors import liability
from modules.rewards.selectors.liability import points_in_lots
from modules.rewards.selectors.report import (
    EXPIRED,
    ISSUED,
    REDEEMED,
    WENT,
    breakage,
    moved,
    of_line,
    outstanding,
    owed_by_customers,
    payables,
)
from modules.rewards.services import close_days, hold, open_books, post_hold, restore_hold
from modules.rewards.services.figures import make_figures
from modules.rewards.states import POINTS, AccountKind
from modules.rewards.tests.auditing import found
from modules.rewards.tests.earnings import confirmed, debts_looked_at, refunded
from modules.rewards.tests.points import granted, in_days, posted, transfer
from tiffin import clock, ids, regions
from tiffin.money import Money

pytestmark = pytest.mark.database
GB = regions.get("gb")
CHARITY = ids.new_id()


@pytest.fixture
def busy(database) -> None:
    """Something of everything, in two months and two regions."""
    for shifted in (0, 33):
        with clock.shift(timedelta(days=shifted)):
            customer = granted(500, days=90)
            lot = ids.new_id()
            posted(
                transfer(Flow.EARN, 80, customer, id=lot, expires_at=in_days(200)),
                transfer(Flow.UNEARN, 30, customer, lot_id=lot),
                transfer(Flow.CONFIRM, 40, customer, lot_id=lot),
                transfer(Flow.DONATE, 25, customer),
                transfer(Flow.GRANT, 70, ids.new_id(), region="pl"),
                transfer(Flow.PLEDGE, 75, region="gb", unit="GBP", party_id=CHARITY),
            )
            taken = hold(
                hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=200, region="gb"
            )
            post_hold(hold_id=taken.id, points=150)
            restore_hold(hold_id=taken.id, key="claim", points=20, reason="claim")
            first = Lot.objects.filter(customer_id=customer).order_by("opened_at").first()
            posted(transfer(Flow.EXPIRE, 11, customer, lot_id=first.id))


def summed() -> None:
    """After all that has happened."""
    with clock.shift(timedelta(days=34)):
        make_figures()


def test_what_is_outstanding_is_what_lots_and_accounts_hold(busy) -> None:
    summed()

    owed = outstanding(GB)
    lots = Lot.objects.filter(region="gb").aggregate(left=Sum(F("pending") + F("available") + F("held")))[
        "left"
    ]
    kinds = [AccountKind.PENDING.value, AccountKind.AVAILABLE.value, AccountKind.HELD.value]
    accounts = Account.objects.filter(kind__in=kinds).aggregate(left=Sum("balance"))["left"]
    assert owed.points == lots == accounts - 140  # which are Poland's
    assert sum(owed.by_expiry.values()) == sum(owed.by_age.values()) == owed.points
    assert len(owed.by_age) == 2
    assert owed.worth is not None
    assert owed.taken_at is not None


def test_every_figure_is_the_sum_of_its_entries(busy) -> None:
    summed()

    for region in ("gb", "pl"):
        figures = PointsFigure.objects.filter(region=region).values_list("flow", "unit")
        entries = Entry.objects.filter(region=region).exclude(flow="level").values_list("flow", "unit")
        assert sorted(figures.annotate(all=Sum("amount"))) == sorted(entries.annotate(all=Sum("amount")))
        assert figures.aggregate(n=Sum("entries"))["n"] == entries.count()


def test_what_came_less_what_went_is_what_is_there(busy) -> None:
    summed()

    everything = (clock.now() - timedelta(days=2), clock.now() + timedelta(days=40))
    (moves,) = moved(GB, everything)
    assert of_line(ISSUED, moves) - sum(of_line(line, moves) for line in WENT) == outstanding(GB).points
    assert of_line(REDEEMED, moves) == 2 * (150 - 20)
    assert of_line(EXPIRED, moves) == 22


def test_points_are_of_the_region_that_issued_them_wherever_they_are_spent(database) -> None:
    customer = ids.new_id()
    posted(
        transfer(Flow.GRANT, 100, customer, region="pl", expires_at=in_days(10)),
        transfer(Flow.GRANT, 101, customer, region="gb", expires_at=in_days(20)),
    )
    taken = hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=150, region="gb")
    post_hold(hold_id=taken.id, points=150)
    make_figures()

    everything = (clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
    for code, spent, left in (("pl", 100, 0), ("gb", 50, 51)):
        (moves,) = moved(regions.get(code), everything)
        assert (of_line(REDEEMED, moves), outstanding(regions.get(code)).points) == (spent, left)
        assert points_in_lots(code, clock.now()) == left


def test_the_report_and_the_books_say_the_same_of_what_points_are_worth(database) -> None:
    granted(1)
    make_figures()
    with clock.shift(timedelta(days=2)):
        open_books()
        close_days(Book.objects.get(region="gb").pk)
    day = LiabilityDay.objects.filter(region="gb").latest("day")
    assert outstanding(GB).worth == day.value == Money(amount=1, currency="GBP")


def test_what_lies_there_is_summed_some_customers_at_a_time(busy, monkeypatch) -> None:
    summed()
    whole = sorted(OutstandingFigure.objects.values_list("region", "opened", "expires", "available"))
    monkeypatch.setattr(liability, "LOTS_A_PAGE", 1)
    summed()
    assert sorted(OutstandingFigure.objects.values_list("region", "opened", "expires", "available")) == whole


def test_figures_made_again_are_the_same_and_take_up_what_came_since(busy) -> None:
    summed()
    before = sorted(PointsFigure.objects.values_list("region", "hour", "flow", "amount"))
    summed()
    assert sorted(PointsFigure.objects.values_list("region", "hour", "flow", "amount")) == before

    with clock.shift(timedelta(days=35)):
        granted(9)
        make_figures()

    total = PointsFigure.objects.filter(unit=POINTS, flow="grant").aggregate(all=Sum("amount"))["all"]
    assert total == 2 * 500 + 2 * 70 + 9
    assert (
        outstanding(GB).points
        == sum(OutstandingFigure.objects.filter(region="gb").values_list("available", flat=True)) + 20
    )


def test_breakage_is_of_the_month_in_which_points_were_got(busy) -> None:
    summed()

    first, second = breakage(GB)
    assert (first.issued, first.expired) == (580, 11)
    assert (second.issued, second.expired) == (580, 11)
    assert first.rate == pytest.approx(11 / 580)


def test_what_charities_are_owed_is_their_accounts(busy) -> None:
    (owed,) = payables(GB)

    assert owed.amount == Money(amount=150, currency="GBP")
    assert owed.charity_id == CHARITY


def spent(customer, points: int) -> None:
    order = ids.new_id()
    taken = hold(hold_id=ids.new_id(), customer_id=customer, order_id=order, points=points, region="gb")
    post_hold(hold_id=taken.id, points=points)


def owing(region: str, *, points: int, repays: int = 0) -> UUID:
    """Somebody whose order went back when what it had earned was spent, and who has got some again."""
    customer = ids.new_id()
    goods = points * {"gb": 20, "pl": 100}[region]
    order = confirmed(customer, goods, region=region)
    spent(customer, points)
    refunded(order, goods)
    if repays:
        granted(repays, customer)
        debts_looked_at()
    return customer


def test_what_customers_owe_is_their_accounts_and_what_was_entered(database) -> None:
    customers = [
        owing("gb", points=80), owing("gb", points=50, repays=20), owing("gb", points=30, repays=30),
        owing("pl", points=70),
    ]  # fmt: skip

    gb, pl = (owed_by_customers(regions.get(code)) for code in ("gb", "pl"))
    assert (gb.customers, gb.points, gb.worth) == (2, 110, Money(amount=66, currency="GBP"))
    assert (pl.customers, pl.points) == (1, 70)
    assert -sum(Account.objects.filter(kind="debt").values_list("balance", flat=True)) == 110 + 70
    entered = Entry.objects.filter(customer_id__in=customers).values_list("flow").annotate(Sum("amount"))
    by_flow = dict(entered)
    assert by_flow["owe"] - by_flow["repay"] == gb.points + pl.points
    assert found() == []


def test_a_debt_that_nobody_asks_for_is_found(database) -> None:
    owing("gb", points=80)
    Debtor.objects.all().delete()
    assert owed_by_customers(GB).points == 0
    assert found() == ["80 points are owed, and nobody asks for them"]


def test_of_an_empty_ledger_there_is_nothing_to_say(database) -> None:
    make_figures()

    assert outstanding(GB).points == 0
    assert breakage(GB) == []
    assert payables(GB) == []
    assert (owed_by_customers(GB).customers, owed_by_customers(GB).points) == (0, 0)
