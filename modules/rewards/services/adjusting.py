"""What staff give and take by hand: always with a reason, and with a second person where it is much."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from modules.rewards.errors import AdjustmentRefused, ReasonMissing
from modules.rewards.interface import Flow, Transfer
from modules.rewards.models import Adjustment
from modules.rewards.models.desk import REASON_LENGTH
from modules.rewards.policies import Adjusting, adjusting
from modules.rewards.selectors.statement import ADJUSTED
from modules.rewards.services.posting import post
from modules.rewards.services.standing import lock_standing
from modules.rewards.states import AdjustmentState
from tiffin import clock, context, db, ids, jobs, regions
from tiffin.context import ActorKind
from tiffin.regions import Region

A_DAY = timedelta(hours=24)
BY_ANOTHER = "What you asked for somebody else decides about."


def adjust(*, customer_id: UUID, region: str, points: int, reason: str) -> Adjustment:
    """Give the customer points, or take them where `points` are below zero; where they are many, or come to
    many within a day, once another of the staff agrees.

    Raises ReasonMissing, AdjustmentRefused, InsufficientPoints when there are fewer to take.
    """
    said = reason.strip()
    if not said:
        raise ReasonMissing()
    here, now = regions.get(region), clock.now()
    limits = _limits(here, now, points)
    adjustment = Adjustment(
        region=region,
        customer_id=customer_id,
        points=points,
        reason=said[:REASON_LENGTH],
        asked_by=_staff(),
        decide_by=now + timedelta(hours=limits.decide_hours),
    )
    with db.transaction():
        # One adjustment of a customer after the other, so that the limit holds.
        lock_standing(customer_id, region)
        alone = abs(points) + _moved_alone(adjustment, now) <= limits.second_person_above
        if alone:
            _post(adjustment, limits, here)
        adjustment.save(force_insert=True)
        if not alone:
            jobs.set_deadline(adjustment, "adjustment_overdue", due=adjustment.decide_by)
    return adjustment


def approve_adjustment(adjustment_id: UUID) -> None:
    """Another of the staff agrees, and the points move.

    Raises AdjustmentRefused for who asked for it, InsufficientPoints, StateConflict.
    """
    with db.transaction():
        adjustment = _decided(adjustment_id)
        here = regions.get(adjustment.region)
        _post(adjustment, _limits(here, clock.now(), adjustment.points), here)
        _end(adjustment)


def refuse_adjustment(adjustment_id: UUID) -> None:
    """Another of the staff does not agree. Raises AdjustmentRefused for who asked for it, StateConflict."""
    with db.transaction():
        adjustment = _decided(adjustment_id)
        adjustment.move_to(AdjustmentState.REFUSED)
        _end(adjustment)


@db.transaction_required
def let_adjustment_lapse(adjustment_id: UUID) -> None:
    """Nobody agreed in time."""
    adjustment = Adjustment.lock(adjustment_id)
    if adjustment.state is AdjustmentState.WANTED:
        adjustment.move_to(AdjustmentState.LAPSED)
        adjustment.save()


def _limits(here: Region, now: datetime, points: int) -> Adjusting:
    limits = adjusting(here, here.local(now).date())
    if limits is None:
        raise AdjustmentRefused(reason=f"In {here.name} points are not given or taken by hand.")
    if not 1 <= abs(points) <= limits.most:
        raise AdjustmentRefused(reason=f"Give or take from 1 to {limits.most} points at once.")
    return limits


def _moved_alone(adjustment: Adjustment, now: datetime) -> int:
    """How many points the same person has given and taken for this customer alone within a day: much in small
    parts is much."""
    alone = Adjustment.objects.filter(
        customer_id=adjustment.customer_id,
        asked_by=adjustment.asked_by,
        decided_by=None,
        state_name=AdjustmentState.POSTED.value,
        created_at__gt=now - A_DAY,
    )
    return sum(abs(points) for points in alone.values_list("points", flat=True))


def _decided(adjustment_id: UUID) -> Adjustment:
    adjustment = Adjustment.lock(adjustment_id)
    staff = _staff()
    if staff == adjustment.asked_by:
        raise AdjustmentRefused(reason=BY_ANOTHER)
    adjustment.decided_by, adjustment.decided_at = staff, clock.now()
    return adjustment


def _end(adjustment: Adjustment) -> None:
    adjustment.save()
    jobs.clear_deadline(adjustment)


def _post(adjustment: Adjustment, limits: Adjusting, here: Region) -> None:
    adjustment.move_to(AdjustmentState.POSTED)
    given = adjustment.points > 0
    post(
        Transfer(
            id=ids.derived(adjustment.id, "adjust"),
            flow=Flow.GRANT if given else Flow.TAKE_BACK,
            amount=abs(adjustment.points),
            region=adjustment.region,
            customer_id=adjustment.customer_id,
            expires_at=_expiry(here, limits) if given else None,
            reason=f"{ADJUSTED}{adjustment.reason}",
        )
    )


def _expiry(here: Region, limits: Adjusting) -> datetime:
    """When the local day is over, so many days later."""
    day = here.local(clock.now()).date() + timedelta(days=limits.days + 1)
    return datetime.combine(day, time.min, here.time_zone).astimezone(clock.now().tzinfo)


def _staff() -> UUID:
    actor = context.current().actor
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise AdjustmentRefused(reason="Only staff give or take points.")
    return actor.id
