"""Points that are promised to an order: held, and then spent or let go, once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from modules.rewards.events import PointsHoldLapsed
from modules.rewards.interface import (
    Flow,
    HoldConflict,
    HoldState,
    HoldUnknown,
    HoldView,
    InsufficientPoints,
    PointsInvalid,
    Transfer,
    TransferDiffers,
)
from modules.rewards.ledger.planning import HOLD_ENDED
from modules.rewards.models import Hold, Refusal
from modules.rewards.policies import HOLD_DAYS, redeeming
from modules.rewards.selectors.wallets import hold_view
from modules.rewards.services.posting import post
from modules.rewards.services.standing import require_good_standing
from tiffin import clock, db, ids, regions
from tiffin.log import publish

_LET_GO = frozenset({HoldState.VOIDED, HoldState.EXPIRED})
LAPSED_AT_ONCE = 500
LAPSED = "lapsed"
MOST_POINTS = 10**9
# Between asking for a hold and letting go of it, whether or not it is there already.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))::text"


def hold(*, hold_id: UUID, customer_id: UUID, order_id: UUID, points: int, region: str) -> HoldView:
    """Promise points to an order, those that expire first.

    Raises InsufficientPoints, PointsInvalid, WalletUnderReview, TooFast; TransferDiffers when the id is taken
    by another hold, or was let go of before it was there.
    """
    if not 1 <= points <= MOST_POINTS:
        raise PointsInvalid(action="held", points=points, limit=MOST_POINTS)
    with db.transaction():
        db.select(_ONE_AT_A_TIME, f"hold {hold_id}")
        found = db.find(Hold, id=hold_id)
        if found:
            return _the_same(found[0], customer_id=customer_id, order_id=order_id, points=points)
        require_good_standing(customer_id=customer_id, region=region, flow=Flow.HOLD, points=points)
        post(
            Transfer(
                id=hold_id,
                flow=Flow.HOLD,
                amount=points,
                region=region,
                customer_id=customer_id,
                order_id=order_id,
                expires_at=_lapses_at(region),
            )
        )
        return HoldView(
            id=hold_id,
            customer_id=customer_id,
            order_id=order_id,
            region=region,
            points=points,
            state=HoldState.HELD,
        )


def _lapses_at(region: str) -> datetime:
    """Whoever holds points ends the hold within days; what is left after that was forgotten."""
    here, now = regions.get(region), clock.now()
    price = redeeming(here, here.local(now).date())
    return now + timedelta(days=price.hold_days if price else HOLD_DAYS)


def _the_same(found: Hold, *, customer_id: UUID, order_id: UUID, points: int) -> HoldView:
    if (found.customer_id, found.order_id, found.points) != (customer_id, order_id, points):
        raise TransferDiffers(transfer_id=found.id)
    return hold_view(found)


def post_hold(*, hold_id: UUID, points: int) -> HoldView:
    """Spend so many of the points that are held; the rest is free again.

    Raises HoldUnknown, PointsInvalid, HoldConflict when it ended otherwise.
    """
    with db.transaction():
        found = _get(hold_id)
        if not 1 <= points <= found.points:
            raise PointsInvalid(action="spent", points=points, limit=found.points)
        if found.state is HoldState.POSTED and found.posted == points:
            return hold_view(found)
        found.move_to(HoldState.POSTED)
        transfers = [_of(found, Flow.POST, points)]
        if points < found.points:
            transfers.append(_of(found, Flow.RELEASE, found.points - points))
        try:
            post(*transfers)
        except (TransferDiffers, HoldConflict):  # it ended otherwise in this very moment
            raise _ended(Hold.get(hold_id), "posted") from None
        found.posted = points
        return hold_view(found)


def void_hold(*, hold_id: UUID) -> HoldView | None:
    """Let go of all that is held; one that was let go already stays as it is. None for a hold that is not
    there: `hold` is refused it from then on.

    Raises HoldConflict when it was spent.
    """
    with db.transaction():
        there = db.find(Hold, id=hold_id)
        if not there:
            db.select(_ONE_AT_A_TIME, f"hold {hold_id}")
            there = db.find(Hold, id=hold_id)
        if not there:
            db.insert(Refusal(id=hold_id, terms=b"", code=HOLD_ENDED), unless_taken=("id",))
            return None
        (found,) = there
        _order_of(found)
        if found.state in _LET_GO:
            return hold_view(found)
        found.move_to(HoldState.VOIDED)
        try:
            post(_of(found, Flow.RELEASE, found.points))
        except (TransferDiffers, HoldConflict):
            found = Hold.get(hold_id)  # it lapsed in this very moment, or was spent
            if found.state not in _LET_GO:
                raise _ended(found, "released") from None
        return hold_view(found)


def _ended(found: Hold, action: str) -> HoldConflict:
    return HoldConflict(hold_id=found.id, state=found.state.value, action=action)


def restore_hold(*, hold_id: UUID, key: str, points: int, reason: str) -> HoldView:
    """Give back points that were spent of the hold, into the very lots; once for each `key`.

    Raises HoldUnknown, HoldConflict when nothing was spent, PointsInvalid when it is more than that.
    """
    with db.transaction():
        found = _get(hold_id)
        if found.state is not HoldState.POSTED:
            raise HoldConflict(hold_id=hold_id, state=found.state.value, action="restored")
        transfer = Transfer(
            id=ids.derived(hold_id, f"restore {key}"),
            flow=Flow.RESTORE,
            amount=points,
            region=found.region,
            customer_id=found.customer_id,
            order_id=found.order_id,
            hold_id=hold_id,
            reason=reason,
        )
        left = found.posted - found.restored
        if points < 1:
            raise PointsInvalid(action="given back", points=points, limit=left)
        try:
            post(transfer)
        except InsufficientPoints:
            raise PointsInvalid(action="given back", points=points, limit=left) from None
        return hold_view(Hold.get(hold_id))


def lapse_holds(*, now: datetime | None = None) -> int:
    """Let go of what orders did not end in time; returns how many holds. What is being sent has a deadline of
    its own."""
    of_orders = Hold.objects.filter(ended_at=None, order_id__isnull=False)
    overdue = of_orders.filter(lapses_at__lte=now or clock.now()).order_by("lapses_at")
    hold_ids = list(overdue.values_list("id", flat=True)[:LAPSED_AT_ONCE])
    return sum(_lapse(hold_id) for hold_id in hold_ids)


def _lapse(hold_id: UUID) -> bool:
    with suppress(HoldConflict, TransferDiffers), db.transaction():
        found = _get(hold_id)
        post(_of(found, Flow.RELEASE, found.points, reason=LAPSED))
        found = _get(hold_id)
        publish(
            found,
            PointsHoldLapsed(
                hold_id=found.id,
                order_id=_order_of(found),
                customer_id=found.customer_id,
                points=found.points,
            ),
        )
        return True
    return False  # ended meanwhile


def _get(hold_id: UUID) -> Hold:
    """As it stands, and not locked: the ledger locks the customer first, and then looks again."""
    try:
        found = Hold.get(hold_id)
    except Hold.DoesNotExist:
        raise HoldUnknown(hold_id=hold_id) from None
    _order_of(found)
    return found


def _order_of(found: Hold) -> UUID:
    """Raises HoldUnknown for what is being sent: only whoever decides about it ends that."""
    if found.order_id is None:
        raise HoldUnknown(hold_id=found.id)
    return found.order_id


def _of(held: Hold, flow: Flow, points: int, *, reason: str = "") -> Transfer:
    """What ends a hold has its id from it, so that it happens once."""
    return Transfer(
        id=ids.derived(held.id, flow.value),
        flow=flow,
        amount=points,
        region=held.region,
        customer_id=held.customer_id,
        order_id=held.order_id,
        hold_id=held.id,
        reason=reason,
    )
