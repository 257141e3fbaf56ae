"""A customer's statement: what came and went, why, and what expires when."""

from __future__ import annotations

from uuid import UUID

from modules.rewards.interface import Flow, LotView, StatementLine, StatementPage
from modules.rewards.models import Entry, Lot
from modules.rewards.states import FLOWS, AccountKind

MOST_LINES = 100
MOST_LOTS = 200
# Before what somebody wrote, in an entry's reason.
ADJUSTED = "adjusted: "

WORDS: dict[Flow, str] = {
    Flow.EARN: "Earned by an order; yours once it cannot be claimed back",
    Flow.EARN_FUNDED: "Earned by an order, from a campaign; yours once it cannot be claimed back",
    Flow.GRANT: "Given to you",
    Flow.CONFIRM: "Earned: now yours",
    Flow.UNEARN: "Not earned after all: the order was refunded",
    Flow.UNEARN_FUNDED: "Not earned after all: the order was refunded",
    Flow.TAKE_BACK: "Taken back: the order was refunded",
    Flow.OWE: "Owed: the order was refunded, and its points had been spent",
    Flow.REPAY: "Repaid what was owed",
    Flow.HOLD: "Set aside for an order",
    Flow.POST: "Spent on an order",
    Flow.RELEASE: "Free again: not needed for the order",
    Flow.RESTORE: "Given back from an order",
    Flow.EXPIRE: "Expired",
    Flow.SEND: "Sent",
    Flow.RECEIVE: "Received",
    Flow.DONATE: "Given to a good cause",
}
_LEFT_ALONE = {Flow.TAKE_BACK: "Taken back"}


def statement(*, customer_id: UUID, after: int | None = None, size: int = 20) -> StatementPage:
    """The latest first, from `after` on."""
    size = min(max(size, 1), MOST_LINES)
    rows = Entry.objects.filter(customer_id=customer_id, unit="PTS").order_by("-number")
    if after is not None:
        rows = rows.filter(number__lt=after)
    found = list(rows[: size + 1])
    lines = tuple(line_of(entry) for entry in found[:size])
    return StatementPage(lines=lines, after=lines[-1].number if len(found) > size else None)


def line_of(entry: Entry) -> StatementLine:
    """An entry as its customer reads it."""
    flow = Flow(entry.flow)
    return StatementLine(
        number=entry.number,
        at=entry.at,
        flow=flow,
        points=entry.amount,
        change=_sign(flow) * entry.amount,
        after=entry.after or 0,
        what=what_of(flow, entry.reason, of_order=entry.order_id is not None),
        region=entry.region,
        order_id=entry.order_id,
        expires_at=None if flow is Flow.HOLD else entry.expires_at,
    )


def what_of(flow: Flow, reason: str, *, of_order: bool) -> str:
    """In words, with the reason that was given."""
    if reason.startswith(ADJUSTED):
        verb = "Given" if flow is Flow.GRANT else "Taken"
        return f"{verb} by our staff: {reason.removeprefix(ADJUSTED)}"
    words = WORDS.get(flow, flow.value)
    if not of_order:
        words = _LEFT_ALONE.get(flow, words)
    return f"{words} {reason}" if flow in {Flow.SEND, Flow.RECEIVE} and reason else _with(words, reason)


def _with(words: str, reason: str) -> str:
    return f"{words} ({reason.replace('_', ' ')})" if reason else words


def _sign(flow: Flow) -> int:
    """What the flow does to what is available."""
    way = FLOWS[flow]
    return (way.credit is AccountKind.AVAILABLE) - (way.debit is AccountKind.AVAILABLE)


def lots(*, customer_id: UUID, most: int = MOST_LOTS) -> list[LotView]:
    """What the customer has, what expires first before the rest."""
    rows = Lot.objects.filter(customer_id=customer_id, is_open=True).order_by("expires_at", "id")
    return [
        LotView(
            id=lot.id,
            points=lot.points,
            pending=lot.pending,
            available=lot.available,
            held=lot.held,
            opened_at=lot.opened_at,
            expires_at=lot.expires_at,
            region=lot.region,
            order_id=lot.order_id,
        )
        for lot in rows[:most]
    ]
