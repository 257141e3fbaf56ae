"""What must always hold of payouts, bank files and collections: what moved is entered, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    Case,
    Count,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Upper

from modules.payments.interface import CollectionState, PayoutState
from modules.payments.models import BankFile, Book, Collection, Payout, TransferEntry, TransferKind
from tiffin.audit import Inspection, rule

PAGE = 1000


@rule
def payouts_are_entered(inspection: Inspection) -> None:
    """A payout that is paid was entered as paid out once more than as come back, and for its amount; any
    other as often. Counts payouts."""
    paid_out = _counting(TransferKind.PAID_OUT)
    by_state = (TransferKind.PAID_OUT.value, TransferKind.CAME_BACK.value)
    entries = TransferEntry.objects.filter(payout=OuterRef("pk"), kind__in=by_state)
    entries = entries.order_by().values("payout")
    payouts = Payout.objects.annotate(
        out=Coalesce(Subquery(entries.annotate(sum=Sum(paid_out)).values("sum")), 0),
        money_out=Coalesce(Subquery(entries.annotate(sum=Sum(F("amount") * paid_out)).values("sum")), 0),
    )
    for page in _pages(payouts):
        for payout in page:
            out = int(payout.state is PayoutState.PAID)
            if (payout.out, payout.money_out) != (out, out * payout.amount):
                held = f"{payout.out} times and {payout.money_out} in all"
                inspection.find(payout.pk, f"it is {payout.state_name}, and entered as paid out {held}")
        inspection.looked(len(page))


@rule
def transfers_are_paid_once(inspection: Inspection) -> None:
    """Each attempt of a payout was entered as paid, by its state or besides, as often as it came back or once
    more, and for the payout's amount. Counts payouts."""
    paid = _counting(TransferKind.PAID_OUT, TransferKind.PAID_BESIDES)
    for page in _pages(Payout.objects.all()):
        entries = TransferEntry.objects.filter(payout__in=page).order_by()
        sums = entries.values("payout_id", "reference", "payout__amount").annotate(
            times=Sum(paid), money=Sum(F("amount") * paid)
        )
        for row in sums:
            times, amount = row["times"], row["payout__amount"]
            if times not in {0, 1} or row["money"] != times * amount:
                said = f"{row['reference']} is entered as paid {times} times and {row['money']} in all"
                inspection.find(row["payout_id"], said)
        inspection.looked(len(page))


def _counting(*kinds: TransferKind) -> Case:
    """1 for these kinds, -1 for any other."""
    ours = [kind.value for kind in kinds]
    return Case(When(kind__in=ours, then=Value(1)), default=Value(-1), output_field=IntegerField())


@rule
def collections_are_entered(inspection: Inspection) -> None:
    """Of a collection its invoice is entered once it has a number, and its end by what it was. Counts
    collections."""
    fits = Q(entries__amount=F("amount"), entries__reference=F("invoice"))
    collections = Collection.objects.annotate(
        entered=ArrayAgg("entries__kind", filter=fits, default=Value([])), entries_in_all=Count("entries")
    )
    for page in _pages(collections):
        for collection in page:
            expected = sorted(_expected(collection))
            if sorted(collection.entered) != expected or collection.entries_in_all != len(expected):
                found = f"{collection.entered}, with {collection.entries_in_all} entries in all"
                inspection.find(collection.pk, f"it is {collection.state_name}, and entered as {found}")
        inspection.looked(len(page))


def _expected(collection: Collection) -> Iterator[str]:
    if collection.invoice is None:
        return
    yield TransferKind.INVOICED.value
    if collection.state is CollectionState.PAID:
        yield TransferKind.COLLECTED.value
    if collection.state is CollectionState.FAILED:
        yield TransferKind.WRITTEN_OFF.value


@rule
def invoices_are_numbered(inspection: Inspection) -> None:
    """The invoices of a region are 1, 2, 3, … up to as many as there are. Counts regions."""
    number = Cast(Func("invoice", Value("-"), Value(-1), function="split_part"), IntegerField())
    invoices = Collection.objects.filter(region=OuterRef("region")).exclude(invoice=None).order_by()
    of_region = invoices.values("region")
    well_formed = of_region.filter(
        invoice__startswith=Concat(Upper("region"), Value("-")), invoice__regex="-[0-9]{1,9}$"
    )
    books = Book.objects.annotate(  # in one statement: a number is given with its invoice
        count=Coalesce(Subquery(of_region.annotate(n=Count("pk")).values("n")), 0),
        numbers=Coalesce(Subquery(well_formed.annotate(n=Count(number, distinct=True)).values("n")), 0),
        last=Coalesce(Subquery(well_formed.annotate(n=Max(number)).values("n")), 0),
    )
    for book in books:
        if not book.count == book.numbers == book.last == book.invoices:
            counted = f"there are {book.count} invoices with {book.numbers} numbers"
            told = f"the last has number {book.last}, and {book.invoices} numbers were given"
            inspection.find(book.region, f"{counted}, {told}")
        inspection.looked(1)


@rule
def files_hold_their_payouts(inspection: Inspection) -> None:
    """No more payouts stand in a bank file, and over no more, than it was made of. Counts files."""
    payouts = Payout.objects.filter(file=OuterRef("pk")).order_by().values("file")
    files = BankFile.objects.defer("sealed").annotate(
        stand=Coalesce(Subquery(payouts.annotate(n=Count("pk")).values("n")), 0),
        over=Coalesce(Subquery(payouts.annotate(n=Sum("amount")).values("n")), 0),
    )
    for page in _pages(files):
        for file in page:
            if file.stand > file.count or file.over > file.amount:
                inspection.find(file.pk, f"{file.stand} payouts stand in it, over {file.over}")
        inspection.looked(len(page))


def _pages(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """All rows by key, each page in one statement."""
    last, ordered = None, rows.order_by("pk")
    while page := list((ordered if last is None else ordered.filter(pk__gt=last))[:PAGE]):
        yield page
        last = page[-1].pk
