"""The customer's bank takes money back, and sometimes gives it to us again: what is owed besides is at most
what the bank has left."""

from __future__ import annotations

from uuid import UUID

from modules.orders.models import Chargeback, Order
from modules.orders.services.owing import CHARGED_BACK, settle
from modules.orders.states import REFUND
from tiffin import clock, context, db

REVERSED = "chargeback_reversed"


@db.transaction_required
def charge_back(order: Order, *, dispute: str, amount: int, reason: str) -> bool:
    """The bank took `amount`; `record` the order with it. False when that is known already."""
    case, _ = Chargeback.objects.get_or_create(order=order, dispute=dispute, defaults={"amount": amount})
    if case.charged_at is not None:
        return False
    case.amount, case.reason, case.charged_at = amount, reason[:64], clock.now()
    case.save(update_fields=("amount", "reason", "charged_at"))
    _settle(order, note=CHARGED_BACK)
    return True


@db.transaction_required
def win_back(order: Order, *, dispute: str, amount: int) -> bool:
    """The case was decided for us: what was owed is owed again; `record` the order with it. False when
    nothing is different for the order, as before we heard that the bank took anything."""
    case, _ = Chargeback.objects.get_or_create(order=order, dispute=dispute, defaults={"amount": amount})
    if case.reversed_at is not None:
        return False
    case.reversed_at = clock.now()
    case.save(update_fields=("reversed_at",))
    if case.charged_at is None:
        return False
    _settle(order, note=REVERSED)
    return True


def note_chargeback(*, chargeback_id: UUID) -> None:
    """Somebody of the staff has looked at it."""
    with db.transaction():
        unseen = Chargeback.objects.filter(pk=chargeback_id, seen_at=None)
        unseen.update(seen_at=clock.now(), seen_by=str(context.current().actor)[:64])


def _settle(order: Order, *, note: str) -> None:
    """The timeline says it in any case, whether the refund moves with it or not."""
    before = order.axes.refund
    settle(order, note=note)
    if order.axes.refund is before:
        order.remark(REFUND, note=note)
