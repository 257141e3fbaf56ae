"""Points from one customer to another. What expires first goes first, and expires when it would have
anyway."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, Sum

from modules.rewards.codes import read_code, spaced
from modules.rewards.interface import (
    CodeUnknown,
    Flow,
    InsufficientPoints,
    PointsInvalid,
    SendingPreview,
    SendingRefused,
    SendingState,
    WalletUnderReview,
)
from modules.rewards.models import Lot, PointsSent, WalletStanding
from modules.rewards.policies import Sending, sending
from modules.rewards.selectors.standing import find_standing
from modules.rewards.services.passing import Part, hold_back, lock_both, pass_on
from modules.rewards.services.standing import lock_standing, require_good_standing
from tiffin import clock, db, ids, regions

DAY, MONTH = timedelta(hours=24), timedelta(days=30)


def preview_sending(*, customer_id: UUID, to: str, points: int, region: str) -> SendingPreview:
    """What sending would mean. Raises as `send` does."""
    standing = find_standing(customer_id)
    if standing is not None and not standing.is_good:
        raise WalletUnderReview()
    receiver = _receiver(to, customer_id)
    left = _left_today(customer_id, points, standing.region if standing else region)
    available, parts = _parts(customer_id, points)
    return SendingPreview(
        to=spaced(receiver.code or ""),
        points=points,
        available_after=available - points,
        left_today=left - points,
        expires_at=parts[0].lot.expires_at,
    )


def send(*, customer_id: UUID, to: str, points: int, region: str) -> PointsSent:
    """Send points to whoever has the code `to`. It cannot be undone. Beyond a rule that wants to be looked
    into they are held until somebody has.

    Raises CodeUnknown, InsufficientPoints, PointsInvalid, SendingRefused, TooFast, WalletUnderReview.
    """
    with db.transaction():
        # One sending of a customer after the other, so that the limits hold.
        sender = lock_standing(customer_id, region)
        receiver = _receiver(to, customer_id)
        _left_today(customer_id, points, sender.region)
        until = require_good_standing(
            customer_id=customer_id, region=sender.region, flow=Flow.SEND, points=points
        )
        lock_both(customer_id, receiver.id)
        _, parts = _parts(customer_id, points)
        sent = PointsSent(
            id=ids.new_id(), region=sender.region, sender=customer_id, receiver=receiver.id, points=points
        )
        if until is None:
            pass_on(sent, parts, sender, receiver)
        else:
            hold_back(sent, parts, receiver, until=until)
    return sent


def _receiver(to: str, customer_id: UUID) -> WalletStanding:
    code = read_code(to)
    receiver: WalletStanding | None = WalletStanding.objects.filter(code=code).first() if code else None
    if receiver is None:
        raise CodeUnknown(given=to[:32])
    if receiver.id == customer_id:
        raise SendingRefused(reason="This is your own code; ask for that of whom you want to send points.")
    if not receiver.is_good:
        raise SendingRefused(reason="This customer can be sent no points at the moment.")
    return receiver


def _left_today(customer_id: UUID, points: int, region: str) -> int:
    """How many may be sent within these 24 hours still; raises where `points` are too few or too many."""
    here, now = regions.get(region), clock.now()
    limits = sending(here, here.local(now).date())
    if limits is None:
        raise SendingRefused(reason="Points are not sent between customers here.")
    if not 1 <= points <= limits.per_day:
        raise PointsInvalid(action="sent", points=points, limit=limits.per_day)
    if points < limits.minimum:
        raise SendingRefused(reason=f"Send at least {limits.minimum} points at once.")
    return _within(limits, points, _sent(customer_id, now))


class _Sent(NamedTuple):
    times: int
    day: int
    month: int


def _sent(customer_id: UUID, now: datetime) -> _Sent:
    today = Q(created_at__gt=now - DAY)
    theirs = PointsSent.objects.filter(sender=customer_id, created_at__gt=now - MONTH)
    sent = theirs.exclude(state_name=SendingState.RETURNED.value).aggregate(
        times=Count("id", filter=today), day=Sum("points", filter=today), month=Sum("points")
    )
    return _Sent(sent["times"], sent["day"] or 0, sent["month"] or 0)


def _within(limits: Sending, points: int, sent: _Sent) -> int:
    if sent.times >= limits.times_per_day:
        raise SendingRefused(reason=f"You can send points {limits.times_per_day} times within 24 hours.")
    left = min(limits.per_day - sent.day, limits.per_month - sent.month)
    if points > left:
        raise SendingRefused(
            reason=f"You can send {limits.per_day} points within 24 hours and {limits.per_month} within"
            f" 30 days: {max(0, left)} are left."
        )
    return left


def _parts(customer_id: UUID, points: int) -> tuple[int, list[Part]]:
    """How many the customer can send, and of which lots the points come. Raises InsufficientPoints."""
    lots = Lot.objects.filter(
        customer_id=customer_id, is_open=True, available__gt=0, expires_at__gt=clock.now()
    ).order_by("expires_at", "id")
    available, wanted, parts = 0, points, []
    for lot in lots:
        available += lot.available
        if wanted:
            part = min(wanted, lot.available)
            parts.append(Part(lot, part))
            wanted -= part
    if wanted:
        raise InsufficientPoints(wanted=points, available=available)
    return available, parts
