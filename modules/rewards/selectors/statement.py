"""A customer's statement: what came and went, why, and what expires when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from modules.rewards.earning import BY_ITSELF, Part, lot_of
from modules.rewards.interface import Flow, LotView, StatementLine, StatementPage
from modules.rewards.models import Charity, Earning, Entry, Lot
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
_LEFT_ALONE = {
    Flow.TAKE_BACK: "Taken back",
    Flow.HOLD: "Set aside: looked into before it is sent",
    Flow.RELEASE: "Free again: it was looked into",
}
_OPENING = {Flow.EARN.value, Flow.EARN_FUNDED.value}
# What is about the points of an order: whatever else is known of why stands with the earning.
_OF_EARNINGS = _OPENING | {
    flow.value for flow in (Flow.CONFIRM, Flow.UNEARN, Flow.UNEARN_FUNDED, Flow.TAKE_BACK, Flow.OWE)
}


def statement(*, customer_id: UUID, after: int | None = None, size: int = 20) -> StatementPage:
    """The latest first, from `after` on."""
    size = min(max(size, 1), MOST_LINES)
    rows = Entry.objects.filter(customer_id=customer_id, unit="PTS").order_by("-number")
    if after is not None:
        rows = rows.filter(number__lt=after)
    found = list(rows[: size + 1])
    lines = lines_of(found[:size])
    return StatementPage(lines=lines, after=lines[-1].number if len(found) > size else None)


def lines_of(entries: Sequence[Entry]) -> tuple[StatementLine, ...]:
    """A customer's entries as they read them, with the names of who gave the points and who got them."""
    parts, charities = _parts_of(entries), _charities_of(entries)
    return tuple(
        _line_of(entry, parts.get(_lot_of(entry), ()), charities.get(entry.party_id, "")) for entry in entries
    )


def _line_of(entry: Entry, parts: Sequence[Part], charity: str) -> StatementLine:
    flow = Flow(entry.flow)
    extra = tuple(part.why for part in parts if part.why != BY_ITSELF)
    return StatementLine(
        number=entry.number,
        at=entry.at,
        flow=flow,
        points=entry.amount,
        change=_sign(flow) * entry.amount,
        after=entry.after or 0,
        what=what_of(flow, entry.reason, of_order=entry.order_id is not None, names=(*extra, charity)),
        region=entry.region,
        order_id=entry.order_id,
        expires_at=None if flow is Flow.HOLD else entry.expires_at,
        campaigns=tuple(part.why for part in parts if part.campaign_id is not None),
        charity=charity,
    )


def _parts_of(entries: Sequence[Entry]) -> dict[UUID | None, list[Part]]:
    """By which rules the points came that these entries are about, by lot."""
    orders = {entry.order_id for entry in entries if entry.flow in _OF_EARNINGS and entry.order_id}
    found: defaultdict[UUID | None, list[Part]] = defaultdict(list)
    for order_id, parts in Earning.objects.filter(pk__in=orders).values_list("pk", "parts"):
        for part in msgspec.convert(parts, list[Part]):
            found[lot_of(order_id, part)].append(part)
    return found


def _charities_of(entries: Sequence[Entry]) -> dict[UUID | None, str]:
    given_to = {entry.party_id for entry in entries if entry.flow == Flow.DONATE.value}
    return dict(Charity.objects.filter(pk__in=given_to).values_list("pk", "name")) if given_to else {}


def _lot_of(entry: Entry) -> UUID | None:
    """Of which lot of an earning the points are; none where they may be of many."""
    if entry.flow not in _OF_EARNINGS:
        return None
    return entry.id if entry.flow in _OPENING else entry.lot_id


def what_of(flow: Flow, reason: str, *, of_order: bool, names: Iterable[str] = ()) -> str:
    """In words, with the reason that was given and who gave or got the points, where that is known."""
    if reason.startswith(ADJUSTED):
        verb = "Given" if flow is Flow.GRANT else "Taken"
        return f"{verb} by our staff: {reason.removeprefix(ADJUSTED)}"
    known = ", ".join(filter(None, names))
    words = WORDS.get(flow, flow.value)
    if not of_order:
        words = _LEFT_ALONE.get(flow, words)
    if flow is Flow.DONATE:
        return f"Given to {known}" if known else words
    if reason and (flow in {Flow.SEND, Flow.RECEIVE} or (flow is Flow.HOLD and not of_order)):
        return f"{words} {reason}"
    if flow.value in _OF_EARNINGS:
        return f"{words} ({known})" if known else words
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
