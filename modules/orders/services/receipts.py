"""Putting in writing what was sold: numbers without gaps, given to many documents at once, after the fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import structlog
from django.db import OperationalError

from modules.orders.interface import OrderState, Party, ReceiptKind
from modules.orders.models import Order, Receipt, ReceiptSeries, Refund
from modules.orders.models.order import TO_RECEIPT
from modules.orders.models.refund import TO_CORRECT
from modules.orders.policies import ReceiptIssuer
from modules.orders.pricing.receipts import (
    Writing,
    WrittenLine,
    WrittenTax,
    corrections_of,
    receipts_of,
    receipts_of_kept,
)
from modules.orders.pricing.refunding import RefundPart
from modules.orders.selectors.bills import price_of
from tiffin import clock, db, regions
from tiffin.regions import Region

log = structlog.get_logger(__name__)

AT_ONCE = 200
AGAIN_AFTER = timedelta(minutes=10)
_passed_over: dict[UUID, datetime] = {}
"""Orders of which this process could write nothing, and until when it leaves them alone."""
_Batch = Callable[[int, list[UUID]], int]


class _Draft(NamedTuple):
    """A document that has no number yet."""

    kind: ReceiptKind
    order: Order
    writing: Writing
    refund: Refund | None = None
    corrects: Receipt | None = None


def write_receipts(*, at_once: int = AT_ONCE) -> int:
    """Write the receipts of what was delivered and paid, or is kept of what was stopped, and the corrections
    of what went back after that; how many.

    Any number of workers may do it at the same time, and any of them die: a batch takes what nobody else has
    taken, and its documents, their numbers and where the series stand are committed together. An order of
    which nothing can be written is passed over, and tried again later.
    """
    batches: list[_Batch] = [partial(_write_batch, region) for region in regions.all()]
    return sum(_until_none(batch, at_once) for batch in (*batches, _correct_batch))


def _until_none(batch: _Batch, at_once: int) -> int:
    """Batch after batch until there is nothing left to look at; how many documents they wrote. After one that
    failed it goes on order by order, for as many as were in it."""
    written, singly = 0, 0
    while True:
        taken: list[UUID] = []
        try:
            written += batch(1 if singly else at_once, taken)
        except OperationalError:
            raise  # never an order's fault: the job comes again
        except Exception:
            if len(taken) == 1:
                _pass_over(taken[0])
            else:
                singly = len(taken) + 1
                log.exception("batch_not_in_writing", orders=len(taken))
        if not taken:
            return written
        singly = max(0, singly - 1)


def _pass_over(order_id: UUID) -> None:
    log.exception("order_not_in_writing", order=str(order_id))
    _passed_over[order_id] = clock.now() + AGAIN_AFTER


def _left_alone() -> list[UUID]:
    now = clock.now()
    for order_id, until in list(_passed_over.items()):
        if until <= now:
            _passed_over.pop(order_id, None)
    return list(_passed_over)


def _write_batch(region: Region, at_once: int, taken: list[UUID]) -> int:
    """How many were written; `taken` are the orders that were looked at."""
    with db.transaction():
        due = Order.objects.filter(TO_RECEIPT, region=region.code).exclude(pk__in=_left_alone())
        locked = due.order_by("delivered_at", "pk").select_for_update(skip_locked=True, no_key=True)
        orders = list(locked.prefetch_related("components", "cancellation_fee")[:at_once])
        taken.extend(order.pk for order in orders)
        stopped = [order for order in orders if order.axes.order is OrderState.CANCELLED]
        # What goes back of these is in no receipt, and so in no correction either.
        Refund.objects.filter(order__in=stopped).update(receipted=True)
        drafts = [
            _Draft(ReceiptKind.RECEIPT, order, writing) for order in orders for writing in _receipts(order)
        ]
        _number(region, drafts)
        Order.objects.filter(pk__in=taken).update(receipted=True)
    return len(drafts)


def _receipts(order: Order) -> tuple[Writing, ...]:
    """Of what was stopped only what is kept, which is what was taken and is neither back nor owed."""
    if order.axes.order is OrderState.COMPLETED:
        return receipts_of(price_of(order))
    fee = getattr(order, "cancellation_fee", None)
    left = min(order.captured - order.refunded, fee.amount) if fee else 0
    if fee is None or not left:
        return ()
    return receipts_of_kept(
        msgspec.convert(fee.parts, list[RefundPart]), left, includes_tax=order.includes_tax
    )


def _correct_batch(at_once: int, taken: list[UUID]) -> int:
    """The same for corrections."""
    with db.transaction():
        due = Refund.objects.filter(TO_CORRECT, order__receipted=True).exclude(order__in=_left_alone())
        locked = due.order_by("done_at", "pk").select_for_update(skip_locked=True, no_key=True, of=("self",))
        refunds = list(locked.select_related("order").prefetch_related("order__receipts")[:at_once])
        written = 0
        drafts: dict[str, list[_Draft]] = defaultdict(list)
        # One of an order at a time: what the next takes back depends on what this one has.
        first = {refund.order_id: refund for refund in reversed(refunds)}
        taken.extend(first)
        for refund in first.values():
            drafts[refund.order.region].extend(_corrections(refund))
        for code, of_region in sorted(drafts.items()):
            written += _number(regions.get(code), of_region)
        Refund.objects.filter(pk__in=[refund.pk for refund in first.values()]).update(receipted=True)
    return written


def _corrections(refund: Refund) -> list[_Draft]:
    order = refund.order
    receipts = sorted(order.receipts.all(), key=lambda receipt: receipt.pk)
    originals = {receipt.party: receipt for receipt in receipts if receipt.kind is ReceiptKind.RECEIPT}
    writings = corrections_of(
        [_writing_of(receipt) for receipt in receipts],
        msgspec.convert(refund.parts, list[RefundPart]),
        refund.amount,
        includes_tax=order.includes_tax,
    )
    return [
        _Draft(ReceiptKind.CORRECTION, order, writing, refund, originals.get(writing.party))
        for writing in writings
    ]


def _writing_of(receipt: Receipt) -> Writing:
    return Writing(
        party=receipt.party,
        lines=msgspec.convert(receipt.lines, tuple[WrittenLine, ...]),
        taxes=msgspec.convert(receipt.taxes, tuple[WrittenTax, ...]),
        total=receipt.total,
        tax=receipt.tax,
    )


@db.transaction_required
def _number(region: Region, drafts: Sequence[_Draft]) -> int:
    """Give each document the next number of its series, and keep them: the series are locked until this
    commits, in one order everywhere, so that the numbers have neither gap nor double."""
    now = clock.now()
    by_series: dict[tuple[str, str], list[_Draft]] = defaultdict(list)
    for draft in drafts:
        by_series[draft.writing.party.value, draft.kind.value].append(draft)
    receipts: list[Receipt] = []
    for (party, kind), of_series in sorted(by_series.items()):
        issuer = issuer_of(region, Party(party), now)
        form = issuer.number if kind == ReceiptKind.RECEIPT.value else issuer.correction
        year = str(region.local(now).year)
        series = _lock_series(region.code, party, kind, year if "{year}" in form else "")
        for seq, draft in enumerate(of_series, start=series.last + 1):
            receipts.append(_receipt(draft, series, seq, form.format(year=year, seq=seq), issuer, now))
        series.last += len(of_series)
        series.save(update_fields=("last",))
    db.insert(*receipts)
    return len(receipts)


def issuer_of(region: Region, party: Party, at: datetime) -> ReceiptIssuer:
    """Raises LookupError where the region has no row for the party."""
    rows = region.rules("receipts.issuers", ReceiptIssuer, on=region.local(at).date())
    for row in rows:
        if row.party is party:
            return row
    raise LookupError(f"{region.path}: receipts.issuers: nobody writes for {party.value}")


def _lock_series(region: str, party: str, kind: str, period: str) -> ReceiptSeries:
    place = {"region": region, "party": party, "kind": kind, "period": period}
    ReceiptSeries.objects.bulk_create([ReceiptSeries(**place)], ignore_conflicts=True)
    return ReceiptSeries.objects.select_for_update().get(**place)


def _receipt(
    draft: _Draft, series: ReceiptSeries, seq: int, number: str, issuer: ReceiptIssuer, now: datetime
) -> Receipt:
    order, writing = draft.order, draft.writing
    return Receipt(
        series=series,
        seq=seq,
        number=number,
        kind_name=draft.kind.value,
        party_name=writing.party.value,
        region=order.region,
        order=order,
        refund=draft.refund,
        corrects=draft.corrects,
        issued_at=now,
        currency=order.currency,
        total=writing.total,
        tax=writing.tax,
        issuer=_who(order, writing.party, issuer),
        lines=msgspec.to_builtins(writing.lines),
        taxes=msgspec.to_builtins(writing.taxes),
    )


def _who(order: Order, party: Party, issuer: ReceiptIssuer) -> dict[str, Any]:
    """A courier is a person: no receipt names one."""
    if party is Party.RESTAURANT:
        return {
            "name": order.restaurant_name,
            "tax_id": issuer.tax_id,
            "address": order.pickup.get("address", ""),
        }
    return {"name": issuer.name, "tax_id": issuer.tax_id, "address": issuer.address}
