"""A region's books: each local day its points are counted twice, by what moved them and by what lies in the
lots, and both must be the same. Every step may be repeated: the book says what was done."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Min

from modules.rewards.models import Book, LiabilityDay, Lot
from modules.rewards.models.books import ASIDE, CAME, WENT, Flows
from modules.rewards.policies import redeeming, worth
from modules.rewards.selectors.liability import points_in_lots, points_moved
from tiffin import clock, db, jobs, regions
from tiffin.regions import Region

ONE_DAY = timedelta(days=1)
# A transaction that entered something before midnight has long been committed by then.
DAY_IS_OVER_AFTER = timedelta(minutes=15)


def open_books() -> None:
    """Each region has its book. Those that have one already cost one statement in all."""
    known = set(Book.objects.values_list("region", flat=True))
    for region in regions.all():
        if region.code not in known:
            open_book(region)


def open_book(region: Region) -> None:
    """Begin with the day of the region's first lot: before it there was nothing."""
    first = Lot.objects.filter(region=region.code).aggregate(first=Min("opened_at"))["first"] or clock.now()
    begin = region.local(first).date()
    book = Book(region=region.code, next_day=begin, next_bills=month_after(begin, 1))
    with db.transaction():
        if db.insert(book, unless_taken=("region",)):
            set_to_work(book)


@db.transaction_required
def set_to_work(book: Book) -> None:
    """Have each kind of work done from now on, which then adds itself again; daily anew, so that what was
    given up does not stay so."""
    jobs.add(book, "close_days", due=clock.now())
    jobs.add(book, "bill_partners", due=clock.now())
    jobs.set_deadline(book, "books_untended", due=clock.now() + ONE_DAY)


def tend(book_id: UUID) -> None:
    """The deadline of a book."""
    set_to_work(Book.lock(book_id))


def month_after(day: date, months: int) -> date:
    """The first of the month so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def over_at(day: date, region: Region) -> datetime:
    """When what was entered on the day can be read."""
    return region.end_of(day) + DAY_IS_OVER_AFTER


def close_days(book_id: UUID) -> None:
    """Close each day that is over, the earliest first, and come back when the next one is."""
    book = Book.get(book_id)
    region = regions.get(book.region)
    while clock.now() >= over_at(book.next_day, region):
        book = _close(book, region)
    with db.transaction():
        book = Book.lock(book_id)
        jobs.add(book, "close_days", due=over_at(book.next_day, region))


def _close(book: Book, region: Region) -> Book:
    day = book.next_day
    row = _counted(region, day)
    with db.transaction():
        book = Book.lock(book.pk)
        if book.next_day == day:
            row.save(force_insert=True)
            book.next_day = day + ONE_DAY
            book.save(update_fields=("next_day",))
    return book


def _counted(region: Region, day: date) -> LiabilityDay:
    before = LiabilityDay.objects.filter(region=region.code, day__lt=day).order_by("-day").first()
    opening = before.closing_points if before else 0
    until = region.end_of(day)
    moved = points_moved(region.code, region.end_of(day - ONE_DAY), until)

    def columns(flows: Flows) -> dict[str, int]:
        return {name: sum(moved[flow] for flow in each) for name, each in flows.items()}

    came, went = columns(CAME), columns(WENT)
    closing = opening + sum(came.values()) - sum(went.values())
    counted = points_in_lots(region.code, until)
    price = redeeming(region, day)
    return LiabilityDay(
        region=region.code,
        day=day,
        opening_points=opening,
        **came,
        **went,
        **columns(ASIDE),
        closing_points=closing,
        counted_points=counted,
        difference=counted - closing,
        agrees=counted == closing,
        price_points=price.points if price else 0,
        price_amount=price.amount if price else 0,
        currency=region.currency,
        closing_value=worth(closing, price) if price else 0,
    )
