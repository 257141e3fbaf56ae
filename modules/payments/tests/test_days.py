"""Each local day of a region is closed once it is over, for ever, whoever stops and begins again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError

from modules.payments import services
from modules.payments.interface import Party
from modules.payments.models import Book, DayClose, Payment
from modules.payments.services import books
from modules.payments.tests.ledger import FaultyProvider, a_payment, pounds
from modules.payments.tests.test_ledger import DINNER
from tiffin import clock, regions
from tiffin.moving.tasks import tidy
from tiffin.testing import settle

pytestmark = pytest.mark.database

# British Summer Time: local midnight is 23:00 UTC.
JULY = datetime(2027, 7, 5, 12, 0, tzinfo=UTC)
DAY = date(2027, 7, 5)


def at(moment: datetime) -> None:
    with clock.hold(moment):
        settle()


def paid(moment: datetime, amount: int = 2_500) -> Payment:
    with clock.hold(moment):
        payment = a_payment(amount=2_500, shares=DINNER)
        settle()
        services.capture(payment_id=payment.pk, amount=pounds(amount))
        settle()
    return payment


def begin(moment: datetime = JULY) -> None:
    with clock.hold(moment):
        services.open_books()


def closed(day: date, region: str = "gb") -> dict[str, tuple[int, int]]:
    rows = DayClose.objects.filter(day=day, region=region)
    return {row.kind: (row.count, row.amount) for row in rows if row.count}


def test_a_day_is_closed_after_midnight_where_it_ends():
    begin()
    paid(JULY)
    at(datetime(2027, 7, 5, 23, 14, tzinfo=UTC))
    assert not DayClose.objects.filter(region="gb").exists()

    at(datetime(2027, 7, 5, 23, 15, tzinfo=UTC))

    assert closed(DAY) == {"authorised": (1, 2_500), "captured": (1, 2_500)}
    row = DayClose.objects.get(region="gb", kind="captured")
    assert {share.party: (share.sale.amount, share.tax.amount) for share in row.split.shares("GBP")} == {
        Party.RESTAURANT: (1_500, 300),
        Party.PLATFORM: (250, 50),
        Party.COURIER: (400, 0),
    }


def test_what_comes_after_midnight_belongs_to_the_next_day():
    begin()
    paid(datetime(2027, 7, 5, 22, 59, tzinfo=UTC), amount=2_000)
    paid(datetime(2027, 7, 5, 23, 1, tzinfo=UTC))
    at(datetime(2027, 7, 7, 0, 0, tzinfo=UTC))

    assert closed(DAY) == {"authorised": (1, 2_500), "captured": (1, 2_000), "voided": (1, 500)}
    assert closed(DAY + timedelta(days=1)) == {"authorised": (1, 2_500), "captured": (1, 2_500)}


def test_what_is_told_late_belongs_to_the_day_on_which_it_is_told(line: FaultyProvider):
    begin()
    line.lose_answers(1)
    with clock.hold(JULY):
        a_payment(amount=2_500)
        settle()
    at(JULY + timedelta(days=1))
    assert closed(DAY) == {}

    at(JULY + timedelta(days=2))

    assert closed(DAY) == {}
    assert closed(DAY + timedelta(days=1)) == {"authorised": (1, 2_500)}


def test_days_on_which_nobody_was_there_are_closed_one_by_one():
    begin()
    paid(JULY)
    at(JULY + timedelta(days=3))

    days = DayClose.objects.filter(region="gb", kind="captured").order_by("day")
    assert [(row.day, row.count) for row in days] == [
        (DAY, 1),
        (DAY + timedelta(days=1), 0),
        (DAY + timedelta(days=2), 0),
    ]


def test_closing_again_changes_nothing():
    begin()
    paid(JULY)
    book = Book.objects.get(region="gb")
    tomorrow = JULY + timedelta(days=1)
    with clock.hold(tomorrow):
        services.close_days(book.pk)
        before = list(DayClose.objects.order_by("pk").values())
        services.close_days(book.pk)
        books._close(book, regions.get("gb"))  # somebody who read the book before the other closed the day
    assert list(DayClose.objects.order_by("pk").values()) == before


def test_a_crash_while_closing_leaves_no_half_day(monkeypatch: pytest.MonkeyPatch):
    begin()
    paid(JULY)
    book = Book.objects.get(region="gb")

    def die(*args: object, **options: object) -> None:
        raise ConnectionError("the power is gone")

    with clock.hold(JULY + timedelta(days=1)):
        with monkeypatch.context() as broken:
            broken.setattr(Book, "save", die)
            with pytest.raises(ConnectionError):
                services.close_days(book.pk)
        assert not DayClose.objects.exists()
        services.close_days(book.pk)
    assert closed(DAY) == {"authorised": (1, 2_500), "captured": (1, 2_500)}


def test_a_book_begins_with_the_first_day_of_which_something_is_written():
    paid(JULY - timedelta(days=2))
    begin()
    at(JULY)
    assert sorted({row.day for row in DayClose.objects.filter(region="gb")}) == [
        DAY - timedelta(days=2),
        DAY - timedelta(days=1),
    ]


def test_a_book_does_not_begin_with_what_no_provider_tells_of_any_more():
    paid(JULY - timedelta(days=36))
    begin()
    assert Book.objects.get(region="gb").next_day == DAY


def test_a_closed_day_can_never_be_changed():
    begin()
    at(JULY + timedelta(days=1))
    with pytest.raises(DatabaseError, match="only ever closed"):
        DayClose.objects.filter(day=DAY).update(amount=1)
    with pytest.raises(DatabaseError, match="only ever closed"):
        DayClose.objects.filter(day=DAY).delete()


def test_the_minutely_tidying_opens_the_books():
    with clock.hold(JULY):
        tidy("payments")
        settle()
    assert Book.objects.get(region="gb").next_day == DAY


def test_each_region_has_one_book_however_often_one_looks():
    for _ in range(3):
        begin()
    assert Book.objects.count() == len(list(regions.all()))
