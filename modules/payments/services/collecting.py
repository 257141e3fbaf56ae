"""Money that is to come in other than by an order: invoiced, waited for, and come or written off."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.payments.errors import TransferNoteMissing
from modules.payments.events import CollectionFailed, CollectionInvoiced, CollectionPaid
from modules.payments.interface import CollectionDiffers, CollectionState, Payer
from modules.payments.models import Book, Collection, TransferEntry, TransferKind
from modules.payments.services.books import open_book
from modules.payments.services.payouts import BY_STAFF, account_for, check_amount
from tiffin import clock, db, jobs, regions
from tiffin.log import Event, publish
from tiffin.money import Money

ONE_DAY = timedelta(days=1)


def collect(
    *,
    collection_id: UUID,
    payer: Payer,
    amount: Money,
    region: str,
    purpose: str,
    reference: str,
    due_days: int,
) -> Collection:
    """Have an amount invoiced; asking again on the same terms gives the collection there is.

    Raises TransferAmountInvalid, PayoutsNotOffered, CollectionDiffers.
    """
    check_amount(amount, region)
    collection = Collection(
        id=collection_id,
        region=region,
        payer_kind=payer.kind.value,
        payer_id=payer.id,
        payer_name=payer.name.strip()[:140],
        amount=amount.amount,
        currency=amount.currency,
        purpose=purpose[:32],
        reference=reference[:140],
        due_days=max(due_days, 0),
    )
    with db.transaction():
        known = Collection.objects.filter(pk=collection_id).first()
        if known is None:
            account_for(region)
            if db.insert(collection, unless_taken=("id",)):
                _await_invoice(collection)
                return collection
            known = Collection.get(collection_id)
        terms = ("payer_kind", "payer_id", "amount", "currency", "region", "purpose")
        if any(getattr(known, each) != getattr(collection, each) for each in terms):
            raise CollectionDiffers(collection_id=collection_id, amount=known.money)
    return known


@db.transaction_required
def _await_invoice(collection: Collection) -> None:
    jobs.add(collection, "issue_invoice", due=clock.now())
    jobs.set_deadline(collection, "collection_due", due=clock.now() + ONE_DAY)


def issue_invoice(collection_id: UUID) -> None:
    """Give it the next number of its region, which has no gap: the book is locked until this commits."""
    region = regions.get(Collection.get(collection_id).region)
    if not Book.objects.filter(region=region.code).exists():
        open_book(region)
    with db.transaction():
        collection = Collection.lock(collection_id)
        if collection.state is not CollectionState.WANTED:
            return
        book = Book.lock(Book.objects.get(region=region.code).pk)
        book.invoices += 1
        book.save(update_fields=("invoices",))
        collection.invoice = f"{region.code.upper()}-{book.invoices:06d}"
        collection.invoiced_on = region.local(clock.now()).date()
        collection.due_on = collection.invoiced_on + timedelta(days=collection.due_days)
        told = CollectionInvoiced(
            collection_id=collection.id,
            amount=collection.money,
            purpose=collection.purpose,
            invoice=collection.invoice,
            due_on=collection.due_on.isoformat(),
        )
        _move(collection, CollectionState.INVOICED, told, TransferKind.INVOICED)
        jobs.set_deadline(collection, "collection_due", due=region.end_of(collection.due_on))


def fall_due(collection_id: UUID) -> None:
    """The deadline of a collection: what is not invoiced yet is, and what has not come is overdue."""
    collection = Collection.lock(collection_id)
    if collection.state is CollectionState.WANTED:
        _await_invoice(collection)
        return
    if collection.state is CollectionState.INVOICED:
        collection.move_to(CollectionState.OVERDUE)
        collection.save(update_fields=("state_name",))
    jobs.set_deadline(collection, "collection_due", due=clock.now() + ONE_DAY)


def money_came(collection_id: UUID) -> None:
    """Staff have seen the money on the statement. Raises StateConflict."""
    with db.transaction():
        collection = Collection.lock(collection_id)
        told = CollectionPaid(
            collection_id=collection.id, amount=collection.money, purpose=collection.purpose
        )
        _move(collection, CollectionState.PAID, told, TransferKind.COLLECTED)
        jobs.clear_deadline(collection)


def write_off(collection_id: UUID, *, note: str) -> None:
    """It will not come. Raises TransferNoteMissing, StateConflict."""
    if not note.strip():
        raise TransferNoteMissing()
    with db.transaction():
        collection = Collection.lock(collection_id)
        collection.note = note.strip()[:300]
        told = CollectionFailed(
            collection_id=collection.id,
            amount=collection.money,
            purpose=collection.purpose,
            reason=BY_STAFF,
        )
        invoiced = collection.state is not CollectionState.WANTED
        _move(collection, CollectionState.FAILED, told, TransferKind.WRITTEN_OFF if invoiced else None)
        jobs.drop(collection, "issue_invoice")
        jobs.clear_deadline(collection)


@db.transaction_required
def _move(collection: Collection, state: CollectionState, told: Event, kind: TransferKind | None) -> None:
    collection.move_to(state)
    if kind is not None:
        TransferEntry.objects.create(
            region=collection.region,
            kind=kind.value,
            collection=collection,
            party_kind=collection.payer_kind,
            party_id=collection.payer_id,
            purpose=collection.purpose,
            reference=collection.invoice,
            amount=collection.amount,
            currency=collection.currency,
            at=clock.now(),
        )
    publish(collection, told, saving=("state_name", "invoice", "invoiced_on", "due_on", "note"))
