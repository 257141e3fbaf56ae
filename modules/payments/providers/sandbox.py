"""A payment provider that moves no money: test cards by token, with a memory of its own.

It stands for a system outside: each operation commits by itself, whatever becomes of the caller, and answers
under a known key what it answered before. Cards, by Stripe's names for the same behaviour: `pm_card_visa` and
`pm_card_mastercard` succeed, `pm_card_chargeDeclined` is declined, `pm_card_authenticationRequired` waits for
the customer on a page, `pm_card_timeout` executes but loses its first answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.urls import reverse

from modules.payments.models import SandboxCharge
from modules.payments.providers.port import (
    Declined,
    DisputeSeen,
    Movement,
    MovementKind,
    Outcome,
    ProviderTimeout,
    RequiresAction,
    Succeeded,
)
from tiffin import clock, db, ids
from tiffin.dto import DTO
from tiffin.money import Money

SUCCEEDED, DECLINED, REQUIRES_ACTION = "succeeded", "declined", "requires_action"
CHARGE, CAPTURE, VOID, REFUND = "charge", "capture", "void", "refund"
CANCELLED = "charge_cancelled"
PAGE = 1_000

_MOVED = {
    CHARGE: MovementKind.AUTHORISED,
    CAPTURE: MovementKind.CAPTURED,
    VOID: MovementKind.VOIDED,
    REFUND: MovementKind.REFUNDED,
}


class Fate(DTO):
    """How an operation ends."""

    outcome: str
    reason: str = ""


_GOES_WELL = Fate(outcome=SUCCEEDED)
_FATES = {
    "pm_card_visa": _GOES_WELL,
    "pm_card_mastercard": _GOES_WELL,
    "pm_card_timeout": _GOES_WELL,
    "pm_card_chargeDeclined": Fate(outcome=DECLINED, reason="card_declined"),
    "pm_card_authenticationRequired": Fate(outcome=REQUIRES_ACTION),
}
_LOSES_FIRST_ANSWER = "pm_card_timeout"


class SandboxProvider:
    """Fits PaymentProvider."""

    def authorise(self, *, key: str, amount: Money, method: str) -> Outcome:
        fate = _FATES.get(method, Fate(outcome=DECLINED, reason="unknown_card"))
        with db.transaction():
            charge, new = _remember(key=key, kind=CHARGE, charge=key, amount=amount, fate=fate, method=method)
        if new and method == _LOSES_FIRST_ANSWER:
            raise ProviderTimeout(f"{key}: the answer was lost on the way")
        return _outcome(charge)

    def capture(self, *, key: str, charge: str, amount: Money) -> Outcome:
        with db.transaction():
            known = _known(key)
            if known is not None:
                return _outcome(known)
            root, done = _lock_charge(charge), _sums(charge)
            reason = ""
            if root is None or root.outcome != SUCCEEDED:
                reason = "not_authorised"
            elif CAPTURE in done or VOID in done:
                reason = "charge_already_settled"
            elif amount.amount > root.amount:
                reason = "amount_too_large"
            return self._did(key, CAPTURE, charge, amount, reason)

    def void(self, *, key: str, charge: str) -> Outcome:
        with db.transaction():
            known = _known(key)
            if known is not None:
                return _outcome(known)
            root, done = _lock_charge(charge) or _forbid(charge), _sums(charge)
            held = root.amount if root.outcome == SUCCEEDED and VOID not in done else 0
            reason = "charge_already_captured" if CAPTURE in done else ""
            if root.outcome == REQUIRES_ACTION:
                root.outcome, root.reason = DECLINED, CANCELLED
                root.save()
            return self._did(key, VOID, charge, Money(amount=held, currency=root.currency), reason)

    def refund(self, *, key: str, charge: str, amount: Money) -> Outcome:
        with db.transaction():
            known = _known(key)
            if known is not None:
                return _outcome(known)
            _lock_charge(charge)
            done = _sums(charge)
            left = done.get(CAPTURE, 0) - done.get(REFUND, 0)
            return self._did(key, REFUND, charge, amount, "amount_too_large" if amount.amount > left else "")

    def find(self, *, key: str) -> Outcome | None:
        known = _known(key)
        return None if known is None else _outcome(known)

    def movements(self, *, since: datetime, until: datetime) -> Iterator[Movement]:
        done = SandboxCharge.objects.filter(
            outcome=SUCCEEDED, amount__gt=0, settled_at__gte=since, settled_at__lt=until
        )
        after = ""
        while page := list(done.filter(key__gt=after).order_by("key")[:PAGE]):
            yield from map(_movement, page)
            after = page[-1].key

    def disputes(self, *, charge: str) -> Sequence[DisputeSeen]:
        return ()  # its banks never dispute anything

    def _did(self, key: str, kind: str, charge: str, amount: Money, reason: str) -> Outcome:
        fate = Fate(outcome=DECLINED, reason=reason) if reason else _GOES_WELL
        operation, _ = _remember(key=key, kind=kind, charge=charge, amount=amount, fate=fate)
        return _outcome(operation)


def answer_action(*, reference: str, approved: bool) -> SandboxCharge | None:
    """The customer has confirmed or refused on the provider's page; a second answer changes nothing."""
    with db.transaction():
        charge = SandboxCharge.objects.select_for_update().filter(reference=reference, kind=CHARGE).first()
        if charge is not None and charge.outcome == REQUIRES_ACTION:
            charge.outcome = SUCCEEDED if approved else DECLINED
            charge.reason = "" if approved else "authentication_failed"
            charge.settled_at = clock.now()
            charge.save()
        return charge


def _remember(
    *, key: str, kind: str, charge: str, amount: Money, fate: Fate, method: str = ""
) -> tuple[SandboxCharge, bool]:
    operation = SandboxCharge(
        key=key,
        kind=kind,
        charge=charge,
        amount=amount.amount,
        currency=amount.currency,
        method=method,
        outcome=fate.outcome,
        reason=fate.reason,
        reference=f"sb_{kind}_{ids.new_id().hex}",
    )
    if db.insert(operation, unless_taken=("key",)):
        return operation, True
    return db.lock(SandboxCharge, key), False


def _forbid(charge: str) -> SandboxCharge:
    """A charge nobody heard of yet can never come about afterwards; of two at once the first holds."""
    nothing = Money(amount=0, currency="XXX")
    never = Fate(outcome=DECLINED, reason=CANCELLED)
    _remember(key=charge, kind=CHARGE, charge=charge, amount=nothing, fate=never)
    return db.lock(SandboxCharge, charge)


def _known(key: str) -> SandboxCharge | None:
    return next(iter(db.find(SandboxCharge, key=key)), None)


def _lock_charge(key: str) -> SandboxCharge | None:
    try:
        return db.lock(SandboxCharge, key)
    except SandboxCharge.DoesNotExist:
        return None


def _sums(charge: str) -> dict[str, int]:
    """What succeeded with the charge so far, by kind."""
    sums: Counter[str] = Counter()
    for done in db.find(SandboxCharge, charge=charge, outcome=SUCCEEDED):
        sums[done.kind] += done.amount
    return sums


def _movement(operation: SandboxCharge) -> Movement:
    return Movement(
        kind=_MOVED[operation.kind],
        key=operation.key,
        reference=operation.reference,
        amount=Money(amount=operation.amount, currency=operation.currency),
        at=operation.settled_at,
    )


def _outcome(operation: SandboxCharge) -> Outcome:
    match operation.outcome:
        case "succeeded":
            amount = Money(amount=operation.amount, currency=operation.currency)
            return Succeeded(reference=operation.reference, amount=amount)
        case "requires_action":
            page = reverse("sandbox-3ds", args=[operation.reference])
            return RequiresAction(url=page, reference=operation.reference)
        case _:
            return Declined(reason=operation.reason)
