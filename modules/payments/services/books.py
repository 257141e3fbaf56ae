"""A region's books: each local day is closed once it is over, and hour by hour what was written down is
compared with what the provider did. Every step may be repeated: the book says what was done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Min

from modules.payments import selectors
from modules.payments.models import Book, DayClose, EntryKind, PaymentEntry, TransferKind
from modules.payments.models.shares import PARTS
from modules.payments.policies import holders
from modules.payments.providers import PaymentProvider
from modules.payments.services.comparing import compare
from modules.payments.services.mismatches import not_closed, open_mismatch
from tiffin import clock, db, jobs, regions
from tiffin.regions import Region

ONE_DAY, ONE_HOUR = timedelta(days=1), timedelta(hours=1)
# A transaction that wrote something down before midnight has long been committed by then.
DAY_IS_OVER_AFTER = timedelta(minutes=15)
# Answers that are on their way have mostly arrived by then.
SETTLED_AFTER = timedelta(minutes=10)
WINDOW = ONE_HOUR
LATELY = timedelta(days=35)


def open_books() -> None:
    """Each region has its book. Those that have one already cost one statement in all."""
    known = set(Book.objects.values_list("region", flat=True))
    for region in regions.all():
        if region.code not in known:
            open_book(region)


def open_book(region: Region) -> None:
    """Begin with the first day of which something was written down lately: providers tell of no more than a
    month, and a region of which there is nothing costs no look at the whole ledger."""
    now = clock.now()
    lately = PaymentEntry.objects.filter(at__gte=now - LATELY, payment__region=region.code)
    begin = lately.aggregate(first=Min("at"))["first"] or now
    book = Book(region=region.code, next_day=region.local(begin).date(), compared_until=begin)
    with db.transaction():
        if db.insert(book, unless_taken=("region",)):
            set_to_work(book)


@db.transaction_required
def set_to_work(book: Book) -> None:
    """Have each kind of work done from now on, which then adds itself again; daily anew, so that
    what was given up does not stay so."""
    jobs.add(book, "close_days", due=clock.now())
    jobs.add(book, "reconcile", due=clock.now())
    jobs.add(book, "gather_payouts", due=clock.now())
    jobs.set_deadline(book, "books_untended", due=clock.now() + ONE_DAY)


def tend(book_id: UUID) -> None:
    """The deadline of a book."""
    set_to_work(Book.lock(book_id))


# --- days ------------------------------------------------------------------------------------------


def close_days(book_id: UUID) -> None:
    """Close each day that is over, the earliest first, and come back when the next one is."""
    book = Book.get(book_id)
    region = regions.get(book.region)
    while _is_over(book.next_day, region):
        book = _close(book, region)
    with db.transaction():
        book = Book.lock(book_id)
        jobs.add(book, "close_days", due=region.end_of(book.next_day) + DAY_IS_OVER_AFTER)


def _is_over(day: date, region: Region) -> bool:
    return clock.now() >= region.end_of(day) + DAY_IS_OVER_AFTER


def _close(book: Book, region: Region) -> Book:
    day = book.next_day
    rows = _totals(region, day)
    with db.transaction():
        book = Book.lock(book.pk)
        if book.next_day == day:
            db.insert(*rows)
            book.next_day = day + ONE_DAY
            book.save(update_fields=("next_day",))
    return book


def _totals(region: Region, day: date) -> list[DayClose]:
    """Summed hour by hour: one statement over a big day would take too long."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (2 + len(PARTS)))
    for kind in (*EntryKind, *TransferKind):
        sums[kind.value, region.currency]  # a kind of which there was nothing is closed too
    hour, end = region.end_of(day - ONE_DAY), region.end_of(day)
    while hour < end:
        for kind, currency, *numbers in selectors.entered(region.code, hour, min(hour + ONE_HOUR, end)):
            sums[kind, currency] = [
                one + other for one, other in zip(sums[kind, currency], numbers, strict=True)
            ]
        hour += ONE_HOUR
    return [
        DayClose(
            region=region.code,
            day=day,
            kind=kind,
            currency=currency,
            count=count,
            amount=amount,
            **dict(zip(PARTS, parts, strict=True)),
        )
        for (kind, currency), (count, amount, *parts) in sums.items()
    ]


# --- comparing -------------------------------------------------------------------------------------


def holders_of(book_id: UUID) -> list[str]:
    """The providers that may hold money of the book's region."""
    region = regions.get(Book.get(book_id).region)
    return sorted(holders(region, on=region.local(clock.now()).date()))


def reconcile(book_id: UUID, providers: Sequence[tuple[str, PaymentProvider]]) -> None:
    """Compare one window with each provider, and come back for the next one at once or when there is one. The
    book moves on only when all of it is listed: a crash before repeats what is harmless to repeat. Raises
    ProviderTimeout."""
    book = Book.get(book_id)
    since, settled = book.compared_until, clock.now() - SETTLED_AFTER
    until = min(since + WINDOW, settled)
    if until - since >= WINDOW:
        for name, provider in providers:
            _list_differences(book.region, name, provider, since, until)
        _list_unclosed(book.region, since, until)
    else:
        until = since
    with db.transaction():
        book = Book.lock(book_id)
        if book.compared_until == since:
            book.compared_until = until
            book.save(update_fields=("compared_until",))
        jobs.add(book, "reconcile", due=book.compared_until + WINDOW + SETTLED_AFTER)


def _list_differences(
    region: str, name: str, provider: PaymentProvider, since: datetime, until: datetime
) -> None:
    for found in compare(region, name, provider, since=since, until=until):
        with db.transaction():
            open_mismatch(found)


def _list_unclosed(region: str, since: datetime, until: datetime) -> None:
    for payment in selectors.unclosed(region, since, until):
        with db.transaction():
            open_mismatch(not_closed(payment))
