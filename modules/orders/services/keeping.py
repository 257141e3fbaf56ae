"""Keeping, of an order that was stopped, what the region's policy says."""

from __future__ import annotations

import msgspec

from modules.orders.models import CancellationFee, Order
from modules.orders.policies import Canceller
from modules.orders.pricing.keeping import Split
from modules.orders.selectors.cancelling import fee_of, kept_of
from modules.orders.services.promotions import release_promotions
from modules.orders.states import stage_of
from tiffin import db


@db.transaction_required
def keep_fee(order: Order, by: Canceller, parted: Split | None) -> None:
    """Write down what is kept, before the order is given up: then only the rest of the money is undone."""
    if parted is None:
        return
    CancellationFee.objects.create(
        order=order,
        amount=kept_of(order, parted),
        parts=msgspec.to_builtins(parted.kept),
        back=msgspec.to_builtins(parted.back),
        by=by.value,
        stage=stage_of(order.axes).value,
    )


@db.transaction_required
def keep_what_is_left(order: Order) -> None:
    """More went back than was owed, or less was taken than was to be kept: so much less is kept. Of nothing
    no promotion was used up."""
    fee = fee_of(order)
    if fee is not None and fee.amount > order.captured - order.refunded:
        fee.amount = order.captured - order.refunded
        fee.save(update_fields=("amount",))
        if not fee.amount:
            release_promotions(order)
