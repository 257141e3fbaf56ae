"""Putting in writing what was sold: numbers without gaps, given to many documents at once, after the fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec

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

AT_ONCE = 200


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
    taken, and its documents, their numbers and where the series stand are committed together.
    """
    written = 0
    for region in regions.all():
        written += _until_none(partial(_write_batch, region, at_once))
    return written + _until_none(partial(_correct_batch, at_once))


def _until_none(batch: Callable[[], tuple[int, bool]]) -> int:
    """Batch after batch until there is nothing left to look at; how many documents they wrote."""
    written, more = 0, True
    while more:
        of_batch, more = batch()
        written += of_batch
    return written


def _write_batch(region: Region, at_once: int) -> tuple[int, bool]:
    """How many were written, and whether there was anything to look at."""
    with db.transaction():
        due = Order.objects.filter(TO_RECEIPT, region=region.code).order_by("delivered_at", "pk")
        locked = due.select_for_update(skip_locked=True, no_key=True)
        orders = list(locked.prefetch_related("components", "cancellation_fee")[:at_once])
        stopped = [order for order in orders if order.axes.order is OrderState.CANCELLED]
        # What went back of these before is in no receipt, and so in no correction either.
        Refund.objects.filter(TO_CORRECT, order__in=stopped).update(receipted=True)
        drafts = [
            _Draft(ReceiptKind.RECEIPT, order, writing) for order in orders for writing in _receipts(order)
        ]
        _number(region, drafts)
        Order.objects.filter(pk__in=[order.pk for order in orders]).update(receipted=True)
    return len(drafts), bool(orders)


def _receipts(order: Order) -> tuple[Writing, ...]:
    """Of what was stopped only what is kept, which is what was taken and is not back."""
    if order.axes.order is OrderState.COMPLETED:
        return receipts_of(price_of(order))
    fee, left = getattr(order, "cancellation_fee", None), order.captured - order.refunded
    if fee is None or not left:
        return ()
    return receipts_of_kept(
        msgspec.convert(fee.parts, list[RefundPart]), left, includes_tax=order.includes_tax
    )


def _correct_batch(at_once: int) -> tuple[int, bool]:
    """The same for corrections."""
    with db.transaction():
        due = Refund.objects.filter(TO_CORRECT, order__receipted=True).order_by("done_at", "pk")
        locked = due.select_for_update(skip_locked=True, no_key=True, of=("self",))
        refunds = list(locked.select_related("order").prefetch_related("order__receipts")[:at_once])
        written = 0
        drafts: dict[str, list[_Draft]] = defaultdict(list)
        # One of an order at a time: what the next takes back depends on what this one has.
        first = {refund.order_id: refund for refund in reversed(refunds)}
        for refund in first.values():
            drafts[refund.order.region].extend(_corrections(refund))
        for code, of_region in sorted(drafts.items()):
            written += _number(regions.get(code), of_region)
        Refund.objects.filter(pk__in=[refund.pk for refund in first.values()]).update(receipted=True)
    return written, bool(first)


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
    Receipt.objects.bulk_create(receipts)
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
