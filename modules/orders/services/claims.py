"""Claims: a customer says that something was wrong, the region's policy or staff decide, money goes back."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import msgspec

from modules.orders.events import ClaimAppealed, ClaimDecided, ClaimOpened
from modules.orders.interface import (
    ClaimLine,
    ClaimLineWrong,
    ClaimReason,
    ClaimRefused,
    ClaimState,
    ClaimUnknown,
)
from modules.orders.models import Claim, Order
from modules.orders.policies import ClaimDecision, ClaimFacts, ClaimPolicy
from modules.orders.pricing import paid_with_points
from modules.orders.pricing.refunding import RefundPart, refund_parts, total_of
from modules.orders.selectors.bills import price_of
from modules.orders.selectors.chargebacks import left_to_owe
from modules.orders.selectors.claims import appeal_until
from modules.orders.selectors.times import claim_obstacle, time_for
from modules.orders.services.evidence import forget_evidence_later
from modules.orders.services.locking import lock_order_of
from modules.orders.services.owing import owe
from modules.orders.services.recording import record
from modules.orders.states import POINTS_TAKEN
from tiffin import clock, context, db, jobs, regions
from tiffin.log import publish, publish_new

HISTORY = timedelta(days=90)
ASKED_AGAIN_AFTER = timedelta(hours=1)
DECISIONS = {ClaimDecision.GRANT: ClaimState.GRANTED, ClaimDecision.REFUSE: ClaimState.REFUSED}


def claim(
    *,
    customer_id: UUID,
    order_id: UUID,
    reason: ClaimReason,
    lines: tuple[ClaimLine, ...] = (),
    words: str = "",
) -> Claim:
    """Say what was wrong with an order that was delivered.

    Raises OrderUnknown, ClaimRefused when nothing can be claimed (any more), ClaimLineWrong.
    """
    if reason is ClaimReason.UNKNOWN:
        raise ClaimRefused(reason="Say what was wrong, in one of the ways that there are.")
    with db.transaction():
        order = lock_order_of(customer_id, order_id)
        _check_claimable(order)
        returned = _returned(order, reason, lines)
        facts = _facts(order, reason, returned)
        if facts.worth.amount <= 0:
            raise ClaimRefused(reason="All that was paid for these dishes has been given back already.")
        opened = _open(order, reason, returned, words, facts)
        decision = _policy(order).decision(facts)
        if decision is not ClaimDecision.ASK_STAFF:
            _decide(order, opened, DECISIONS[decision], note="policy")
    return opened


def decide_claim(*, claim_id: UUID, grant: bool, note: str = "", answer: str = "") -> Claim:
    """Somebody decides; `answer` is what the customer reads about it. A claim that is decided stays as it is.
    Raises ClaimRefused for an unknown one."""
    order_id = Claim.objects.filter(pk=claim_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise ClaimRefused(reason="There is no such claim.")
    with db.transaction():
        order = Order.lock(order_id)
        opened = Claim.lock(claim_id)
        if opened.state is ClaimState.OPEN:
            opened.answer = answer
            _decide(order, opened, ClaimState.GRANTED if grant else ClaimState.REFUSED, note=note)
    return opened


def appeal(*, customer_id: UUID, claim_id: UUID, words: str) -> Claim:
    """The customer does not agree with a refusal: once, somebody decides again.

    Raises ClaimUnknown, ClaimRefused.
    """
    claimed = Claim.objects.filter(pk=claim_id, customer_id=customer_id).first()
    if claimed is None:
        raise ClaimUnknown()
    with db.transaction():
        order = Order.lock(claimed.order_id)
        refused = Claim.lock(claim_id)
        _check_appeal(order, refused)
        refused.move(ClaimState.OPEN)
        refused.appeal, refused.appealed_at = words, clock.now()
        refused.decide_by = clock.now() + time_for(order, "claim_decision_seconds")
        told = ClaimAppealed(
            claim_id=refused.id,
            order_id=order.id,
            customer_id=order.customer_id,
            restaurant_id=order.restaurant_id,
            asked=order.money(refused.asked),
        )
        publish(refused, told, saving=Claim.fields())
        jobs.set_deadline(refused, "claim_overdue", due=refused.decide_by)
    return refused


def _check_appeal(order: Order, refused: Claim) -> None:
    if appeal_until(refused, order) is None:
        raise ClaimRefused(reason="One can appeal once, soon after a refusal; this claim is past that.")
    left = _left(order)
    if any(count > left.get(number, 0) for number, count in refused.lines.items()):
        raise ClaimRefused(reason="You have made another claim about these dishes since.")
    if refused.asked - refused.in_points > _refundable(order):
        raise ClaimRefused(reason="All that was paid for these dishes has been given back already.")


@db.transaction_required
def ask_policy(claim_id: UUID) -> None:
    """Nobody decided in time: the region's policy is asked, by a job, since the order is locked before its
    claims and a deadline holds the claim already."""
    opened = Claim.lock(claim_id)
    if opened.state is ClaimState.OPEN:
        jobs.add(opened, "decide_unanswered", due=clock.now())
        jobs.set_deadline(opened, "claim_overdue", due=clock.now() + ASKED_AGAIN_AFTER)


def decide_unanswered(claim_id: UUID) -> None:
    """As the region's policy decides about what nobody has decided."""
    with db.transaction():
        order = Order.lock(Claim.get(claim_id).order_id)
        opened = Claim.lock(claim_id)
        if opened.state is not ClaimState.OPEN:
            return
        facts = _facts(order, ClaimReason(opened.reason), opened.lines, but=opened)
        decision = _policy(order).unanswered(facts)
        _decide(order, opened, DECISIONS.get(decision, ClaimState.GRANTED), note="nobody_decided")


def _check_claimable(order: Order) -> None:
    if obstacle := claim_obstacle(order):
        raise ClaimRefused(reason=obstacle)


def _returned(order: Order, reason: ClaimReason, lines: tuple[ClaimLine, ...]) -> dict[int, int]:
    """The dishes it is about, checked against what was ordered and what other claims are about."""
    left = _left(order)
    if reason is ClaimReason.NEVER_ARRIVED:
        if lines:
            raise ClaimLineWrong(reason="What never arrived is the whole order; name no dishes.")
        return {number: count for number, count in left.items() if count > 0}
    wanted: Counter[int] = Counter()
    for line in lines:
        wanted[line.line] += line.quantity
    if not wanted:
        raise ClaimLineWrong(reason="Say which dishes it is about.")
    for number, count in wanted.items():
        if number not in left:
            raise ClaimLineWrong(reason=f"The order has no line {number}.")
        if not 1 <= count <= left[number]:
            title = order.lines.get(number=number).title
            raise ClaimLineWrong(
                reason=f"Of {title} there are {left[number]} left to claim about, not {count}."
            )
    return dict(wanted)


def _left(order: Order) -> dict[int, int]:
    """How many dishes of each line no claim is about."""
    left = dict(enumerate(_quantities(order)))
    for number, count in _claimed(order, ClaimState.OPEN, ClaimState.GRANTED).items():
        left[number] -= count
    return left


def _claimed(order: Order, *states: ClaimState) -> Counter[int]:
    """How many dishes of each line the order's claims in these states are about."""
    counted: Counter[int] = Counter()
    for other in order.claims.filter(state_name__in=[state.value for state in states]):
        counted.update(other.lines)
    return counted


def _quantities(order: Order) -> list[int]:
    return [line.quantity for line in order.lines.all()]


def _facts(
    order: Order, reason: ClaimReason, returned: dict[int, int], but: Claim | None = None
) -> ClaimFacts:
    since = clock.now() - HISTORY
    of_customer = Claim.objects.filter(customer_id=order.customer_id, created_at__gte=since)
    lines = list(order.lines.all())
    whole = sum(line.unit_price * line.quantity for line in lines)
    back = sum(lines[number].unit_price * count for number, count in returned.items())
    facts = ClaimFacts(
        reason=reason,
        share=Decimal(back) / whole if whole else Decimal(1),
        worth=order.money(0),
        total=order.money(order.total + paid_with_points(price_of(order))),
        orders=Order.objects.filter(customer_id=order.customer_id, created_at__gte=since).count(),
        claims=of_customer.count() if but is None else of_customer.exclude(pk=but.pk).count(),
    )
    worth = _worth(order, _parts(order, returned, facts), but)
    return msgspec.structs.replace(facts, worth=order.money(worth.money + worth.in_points))


class _Worth(NamedTuple):
    """What goes back, in minor units: what of it is money, and what points had paid."""

    money: int
    in_points: int


def _worth(order: Order, parts: list[RefundPart], but: Claim | None = None) -> _Worth:
    money = min(total_of(parts, includes_tax=order.includes_tax), _refundable(order, but))
    return _Worth(money, sum(part.in_points for part in parts))


def _parts(order: Order, returned: dict[int, int], facts: ClaimFacts) -> list[RefundPart]:
    """What goes back for these dishes beyond what went back before, by claims or for coming late."""
    fees = _policy(order).fees(facts)
    in_all = _claimed(order, ClaimState.GRANTED) + Counter(returned)
    parts = {part.pot: part for part in refund_parts(price_of(order), _quantities(order), in_all, fees)}
    for refund in order.refunds.all():
        for earlier in msgspec.convert(refund.parts, list[RefundPart]):
            if (part := parts.get(earlier.pot)) is not None:
                parts[part.pot] = msgspec.structs.replace(
                    part,
                    amount=max(0, part.amount - earlier.amount),
                    tax=max(0, part.tax - earlier.tax),
                    in_points=max(0, part.in_points - earlier.in_points),
                )
    return [
        msgspec.structs.replace(part, in_points=part.in_points if order.axes.points in POINTS_TAKEN else 0)
        for part in parts.values()
        if part.amount or part.tax or part.in_points
    ]


def _refundable(order: Order, but: Claim | None = None) -> int:
    """What was taken and is neither owed back, nor with the customer's bank, nor asked for by another
    claim."""
    asked = order.claims.filter(state_name=ClaimState.OPEN.value)
    others = sum(other.asked - other.in_points for other in asked if but is None or other.pk != but.pk)
    return max(0, left_to_owe(order) - others)


def _open(
    order: Order, reason: ClaimReason, returned: dict[int, int], words: str, facts: ClaimFacts
) -> Claim:
    opened = Claim(
        region=order.region,
        order=order,
        customer_id=order.customer_id,
        reason=reason.value,
        returned={str(number): count for number, count in returned.items()},
        words=words,
        asked=facts.worth.amount,
        in_points=_worth(order, _parts(order, returned, facts)).in_points,
        decide_by=clock.now() + time_for(order, "claim_decision_seconds"),
    )
    told = ClaimOpened(
        claim_id=opened.id,
        order_id=order.id,
        customer_id=order.customer_id,
        restaurant_id=order.restaurant_id,
        reason=reason,
        asked=facts.worth,
    )
    publish_new(opened, told)
    jobs.set_deadline(opened, "claim_overdue", due=opened.decide_by)
    return opened


def _decide(order: Order, opened: Claim, state: ClaimState, *, note: str) -> None:
    facts = _facts(order, ClaimReason(opened.reason), opened.lines, but=opened)
    parts = _parts(order, opened.lines, facts)
    money = _worth(order, parts, opened).money
    opened.move(state)
    opened.decided_at, opened.decided_by = clock.now(), str(context.current().actor)[:64]
    opened.note = note[:64]
    if state is ClaimState.GRANTED:
        opened.granted = facts.worth.amount
    jobs.clear_deadline(opened)
    forget_evidence_later(order, opened)
    told = ClaimDecided(
        claim_id=opened.id,
        order_id=order.id,
        customer_id=order.customer_id,
        restaurant_id=order.restaurant_id,
        state=state,
        granted=order.money(opened.granted),
    )
    publish(opened, told, saving=Claim.fields())
    if opened.granted:
        owe(
            order,
            money,
            reason=f"claim_{opened.reason}",
            parts=[msgspec.to_builtins(part) for part in parts],
            claim=opened,
        )
        record(order, cause="decide_claim")


def _policy(order: Order) -> ClaimPolicy:
    return regions.get(order.region).policy(ClaimPolicy)
