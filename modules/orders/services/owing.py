"""Owing money back: refunds are asked for one after the other, each under a key of its own for ever. What the
customer's bank has taken already is not given back as well; it is owed again if the bank gives it to us."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from modules.orders.interface import PointsState, RefundState
from modules.orders.models import Claim, Order, Refund
from modules.orders.pricing import paid_with_points
from modules.orders.pricing.refunding import points_back
from modules.orders.selectors.bills import price_of
from modules.orders.selectors.chargebacks import charged_back
from modules.orders.states import POINTS_TAKEN
from tiffin import clock, db, jobs
from tiffin.interfaces import CommandKey

# Nobody had asked orders for it.
GIVEN = "given"
CHARGED_BACK = "charged_back"
# What of a part is money, in minor units.
_MONEY = ("amount", "tax")
_IN_POINTS = "in_points"


@db.transaction_required
def owe(
    order: Order,
    amount: int,
    *,
    reason: str,
    parts: list[Any] | None = None,
    claim: Claim | None = None,
    by_venue: int = 0,
) -> None:
    """So many minor units more go back to the customer, and the points that paid a share of the `parts`;
    `record` the order with it. Of it the venue pays `by_venue` for the customer's membership."""
    points = _points_owed(order, parts or [])
    if not amount and not points:
        return  # less than a point is: it goes back with more
    Refund.objects.create(
        order=order,
        number=order.refunds.count() + 1,
        claim=claim,
        amount=amount,
        reason=reason[:64],
        parts=parts or [],
        by_venue=by_venue,
        points=points,
        # Of what is points alone no money is awaited, and nothing stands in a receipt.
        done_at=None if amount else clock.now(),
        receipted=not amount,
    )
    if amount and order.axes.refund is not RefundState.DUE:
        order.move(refund=RefundState.DUE, note=reason[:64])
    settle(order, note=CHARGED_BACK)  # for what is settled at once: the bank has all of it
    give_points_back(order)


@db.transaction_required
def give_points_back(order: Order) -> None:
    """Have asked for what is owed in points, once those of the order are spent; `record` it then. Who asks
    for others already does not know of it yet."""
    if order.axes.points not in {PointsState.SPENT, PointsState.RESTORING}:
        return
    owed = order.refunds.filter(points__gt=0, points_done_at=None).first()
    if owed is None:
        return
    if order.axes.points is PointsState.SPENT:
        order.move(points=PointsState.RESTORING, note=owed.reason)
    jobs.add(order, "restore_points", due=clock.now())


def _points_owed(order: Order, parts: list[Any]) -> int:
    """Of all that is owed in points so far, what no refund before has."""
    worth = sum(part.get(_IN_POINTS, 0) for part in parts)
    if not worth or order.axes.points not in POINTS_TAKEN:
        return 0
    before = list(order.refunds.all())
    worth += sum(part.get(_IN_POINTS, 0) for refund in before for part in refund.parts)
    paid = paid_with_points(price_of(order))
    return points_back(order.points, paid, min(worth, paid)) - sum(refund.points for refund in before)


@db.transaction_required
def settle_refunds(order: Order, *, amount: int, reference: str | None) -> Refund | None:
    """`amount` came back, as asked for under `reference` or of somebody else's accord: what is still owed is
    asked for next, as far as there is anything left to give back. Returns what is back with it, once each."""
    room = order.captured - order.refunded
    answered: Refund | None = None
    back: list[Refund] = []
    for refund in order.refunds.filter(done_at=None):
        if answered is None and _answers(order, refund, amount, reference):
            answered = refund
        if refund is answered or not room:
            refund.done_at, refund.charged_back_at = clock.now(), None
            back.append(refund)
        elif refund.amount > room:
            # Payments never took on as much as that: it is another wish from now on.
            refund.amount, refund.attempt = room, refund.attempt + 1
        refund.save(update_fields=("done_at", "charged_back_at", "amount", "attempt"))
        room -= 0 if refund.done_at else refund.amount
    if answered is not None:
        _unite(order, answered, amount)
    given = _note_gift(order)
    settle(order)
    return answered or next(iter(back), given)


@db.transaction_required
def settle(order: Order, *, note: str = "") -> None:
    """Have what is owed asked for, but for what the customer's bank has. With nothing left to ask for the
    refund is settled, with something again it is due: `note` says why on the timeline."""
    _leave_out_what_the_bank_has(order)
    owed = sum(_outstanding(order).values_list("amount", flat=True))
    order.refund_due = order.refunded + owed
    if owed:
        if order.axes.refund is not RefundState.DUE:
            order.move(refund=RefundState.DUE, note=note)
        jobs.add(order, "refund_payment", due=clock.now())
    elif order.axes.refund is RefundState.DUE:
        jobs.drop(order, "refund_payment")
        order.move(refund=RefundState.REFUNDED, note=note)


@db.transaction_required
def refund_again(order: Order, *, at: datetime) -> None:
    """The provider refused: the money stays due and is asked for anew then, under a new key."""
    refund = _outstanding(order).first()
    if refund is not None:
        refund.attempt += 1
        refund.save(update_fields=("attempt",))
        jobs.add(order, "refund_payment", due=at)


def key_of(order: Order, refund: Refund) -> CommandKey:
    """Under which payments is asked for it."""
    return order.command_key(f"refund-{refund.number}", refund.attempt)


def owed_longest(order: Order) -> Refund | None:
    """What is to be asked for next."""
    return _outstanding(order).first()


def _outstanding(order: Order) -> QuerySet[Refund]:
    return order.refunds.filter(done_at=None, charged_back_at=None)


def _answers(order: Order, refund: Refund, amount: int, reference: str | None) -> bool:
    """Whether it was asked for under `reference`, in whichever attempt: an earlier one may have been on its
    way. Who does not say what was asked for means what has that amount."""
    if reference is None:
        return refund.amount == amount
    return reference.rpartition(":")[0] == order.command_key(f"refund-{refund.number}")


def _leave_out_what_the_bank_has(order: Order) -> None:
    """Of what is owed, the oldest first, no more is asked for than is left."""
    room = max(0, order.captured - order.refunded - charged_back(order))
    for refund in order.refunds.filter(done_at=None):
        left = min(refund.amount, room)
        room -= left
        if 0 < left < refund.amount:
            _set_apart(order, refund, refund.amount - left)
        if (refund.charged_back_at is None) is not bool(left):
            refund.charged_back_at = None if left else clock.now()
            # Owed again it is another wish: the one before may have been refused for good.
            refund.attempt += 1 if left else 0
            refund.save(update_fields=("charged_back_at", "attempt"))


def _set_apart(order: Order, refund: Refund, amount: int) -> None:
    """So much of it the bank has; the rest is another wish from now on. Each is of the same dishes and
    parties, in proportion."""
    apart = [_share(part, amount, refund.amount) for part in refund.parts]
    refund.parts = [_less(part, less) for part, less in zip(refund.parts, apart, strict=True)]
    refund.amount, refund.attempt = refund.amount - amount, refund.attempt + 1
    refund.save(update_fields=("amount", "attempt", "parts"))
    Refund.objects.create(
        order=order,
        number=order.refunds.count() + 1,
        amount=amount,
        reason=refund.reason,
        owed_at=refund.owed_at,
        charged_back_at=clock.now(),
        receipted=refund.receipted,
        parts=apart,
    )


def _share(part: dict[str, Any], amount: int, whole: int) -> dict[str, Any]:
    """The points are left with what is given back."""
    return {**part, _IN_POINTS: 0, **{name: part[name] * amount // whole for name in _MONEY}}


def _less(part: dict[str, Any], less: dict[str, Any]) -> dict[str, Any]:
    return {**part, **{name: part[name] - less[name] for name in _MONEY}}


def _unite(order: Order, answered: Refund, amount: int) -> None:
    """More came back than was still asked for: it was on its way when some of it was set apart."""
    more = amount - answered.amount
    for refund in order.refunds.filter(done_at=None, charged_back_at__isnull=False):
        if more <= 0:
            return
        came = min(more, refund.amount)
        more -= came
        if came == refund.amount:
            refund.done_at, refund.charged_back_at = clock.now(), None
        else:
            refund.amount, answered.amount = refund.amount - came, answered.amount + came
            answered.save(update_fields=("amount",))
        refund.save(update_fields=("done_at", "charged_back_at", "amount"))


def _note_gift(order: Order) -> Refund | None:
    """What somebody gave back of their own accord is a refund as well, so that it is shown and corrected."""
    done = order.refunds.filter(done_at__isnull=False).values_list("amount", flat=True)
    given = order.refunded - sum(done)
    if given <= 0:
        return None
    now, number = clock.now(), order.refunds.count() + 1
    return Refund.objects.create(
        order=order, number=number, amount=given, reason=GIVEN, owed_at=now, done_at=now
    )
