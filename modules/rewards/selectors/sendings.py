"""What customers send each other, as each of them sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from modules.rewards.codes import spaced
from modules.rewards.interface import SendingLine, SendingsPage, SendingState, SendingView
from modules.rewards.models import PointsSent, WalletStanding

MOST_SENDINGS = 100


def sending_view(sent: PointsSent) -> SendingView:
    """What its sender sees of it."""
    to = _codes([sent.receiver]).get(sent.receiver, "")
    return SendingView(id=sent.id, to=to, points=sent.points, at=sent.created_at, state=sent.state)


def sendings(customer_id: UUID, *, after: UUID | None = None, size: int = 20) -> SendingsPage:
    """What they sent, and what came to them, the newest first. What was looked into came when it was decided:
    who got it does not learn that it was."""
    size = min(max(size, 1), MOST_SENDINGS)
    theirs = _of(customer_id)
    if after is not None:
        last = theirs.filter(pk=after).first()
        if last is None:
            return SendingsPage(lines=())
        theirs = theirs.filter(Q(seen_at__lt=last.seen_at) | Q(seen_at=last.seen_at, pk__lt=last.pk))
    found = list(theirs.order_by("-seen_at", "-pk")[: size + 1])
    shown = found[:size]
    codes = _codes(_other(sent, customer_id) for sent in shown)
    lines = tuple(
        SendingLine(
            id=sent.id,
            received=sent.receiver == customer_id,
            other=codes.get(_other(sent, customer_id), ""),
            points=sent.points,
            at=sent.seen_at,
            state=sent.state,
        )
        for sent in shown
    )
    return SendingsPage(lines=lines, next=shown[-1].pk if len(found) > size else None)


def _of(customer_id: UUID) -> QuerySet[Any]:
    """With `seen_at`: when it happened, as far as the customer is concerned."""
    came = Q(receiver=customer_id, state_name=SendingState.SENT.value)
    rows = PointsSent.objects.filter(Q(sender=customer_id) | came)
    seen_at = Case(
        When(receiver=customer_id, then=Coalesce("decided_at", "created_at")), default=F("created_at")
    )
    found: QuerySet[Any] = rows.annotate(seen_at=seen_at)
    return found


def _other(sent: PointsSent, customer_id: UUID) -> UUID:
    return sent.sender if sent.receiver == customer_id else sent.receiver


def _codes(customer_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The codes of the customers, as people read them, of those who have one."""
    known = WalletStanding.objects.filter(pk__in=set(customer_ids)).exclude(code=None)
    return {customer_id: spaced(code) for customer_id, code in known.values_list("pk", "code")}
