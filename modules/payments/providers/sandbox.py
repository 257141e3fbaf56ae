"""A payment provider that moves no money: test cards by token, with a memory of its own.

It stands for a system outside: each operation commits by itself, whatever becomes of the caller, and answers
under a known key what it answered before. Cards, by Stripe's names for the same behaviour: `pm_card_visa` and
`pm_card_mastercard` succeed, `pm_card_chargeDeclined` is declined, `pm_card_authenticationRequired` waits for
the customer on a page, `pm_card_timeout` executes but loses its first answer, and three more are declined for
a reason, as their names say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.urls import reverse

from modules.payments.interface import DECLINED_FOR_GOOD, DECLINED_FOR_NOW
from modules.payments.models import SandboxCharge
from modules.payments.providers.port import (
    Declined,
    DisputeSeen,
    Hold,
    Movement,
    MovementKind,
    Outcome,
    ProviderTimeout,
    RequiresAction,
    Succeeded,
    Take,
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


_LOCK = "SELECT key FROM payments_sandboxcharge WHERE key = ANY(%s) ORDER BY key FOR UPDATE"


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
    "pm_card_chargeDeclinedExpiredCard": Fate(outcome=DECLINED, reason="expired_card"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Fate(outcome=DECLINED, reason=DECLINED_FOR_NOW),
    "pm_card_visa_chargeDeclinedStolenCard": Fate(outcome=DECLINED, reason=DECLINED_FOR_GOOD),
    "pm_card_authenticationRequired": Fate(outcome=REQUIRES_ACTION),
}
_LOSES_FIRST_ANSWER = "pm_card_timeout"


class SandboxProvider:
    """Fits PaymentProvider."""

    def authorise(self, *, key: str, amount: Money, method: str, present: bool = True) -> Outcome:
        (outcome,) = self.hold_many([Hold(key=key, amount=amount, method=method, present=present)])
        return _heard(key, outcome)

    def hold_many(self, wishes: Sequence[Hold]) -> list[Outcome | None]:
        asked = [_charge(wish) for wish in wishes]
        with db.transaction():
            known = _remember_all(asked)
        return [
            None if each is made and made.method == _LOSES_FIRST_ANSWER else _outcome(each)
            for each, made in zip(known, asked, strict=True)
        ]

    def capture(self, *, key: str, charge: str, amount: Money) -> Outcome:
        (outcome,) = self.take_many([Take(key=key, charge=charge, amount=amount)])
        return _heard(key, outcome)

    def take_many(self, wishes: Sequence[Take]) -> list[Outcome | None]:
        with db.transaction():
            known = {each.key: each for each in db.find(SandboxCharge, key=[wish.key for wish in wishes])}
            new = [wish for wish in wishes if wish.key not in known]
            if new:
                keys = [wish.charge for wish in new]
                db.select(_LOCK, keys)
                done = _sums(keys)
                taken = [_taken(wish, done[wish.charge]) for wish in new]
                known.update((each.key, each) for each in _remember_all(taken))
        return [_outcome(known[wish.key]) for wish in wishes]

    def void(self, *, key: str, charge: str) -> Outcome:
        with db.transaction():
            known = _known(key)
            if known is not None:
                return _outcome(known)
            root, done = _lock_charge(charge) or _forbid(charge), _sums([charge])[charge]
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
            done = _sums([charge])[charge]
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
        (operation,) = _remember_all([_operation(key, kind, charge, amount, fate)])
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


def _heard(key: str, outcome: Outcome | None) -> Outcome:
    if outcome is None:
        raise ProviderTimeout(f"{key}: the answer was lost on the way")
    return outcome


def _charge(wish: Hold) -> SandboxCharge:
    fate = _FATES.get(wish.method, Fate(outcome=DECLINED, reason="unknown_card"))
    return _operation(wish.key, CHARGE, wish.key, wish.amount, fate, wish.method)


def _taken(wish: Take, done: Mapping[str, int]) -> SandboxCharge:
    reason = ""
    if CHARGE not in done:
        reason = "not_authorised"
    elif CAPTURE in done or VOID in done:
        reason = "charge_already_settled"
    elif wish.amount.amount > done[CHARGE]:
        reason = "amount_too_large"
    fate = Fate(outcome=DECLINED, reason=reason) if reason else _GOES_WELL
    return _operation(wish.key, CAPTURE, wish.charge, wish.amount, fate)


def _operation(
    key: str, kind: str, charge: str, amount: Money, fate: Fate, method: str = ""
) -> SandboxCharge:
    return SandboxCharge(
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


def _remember_all(operations: Sequence[SandboxCharge]) -> list[SandboxCharge]:
    """Each as it is known under its key from now on: the same object where it is new."""
    if db.insert(*operations, unless_taken=("key",)) == len(operations):
        return list(operations)
    known = {each.key: each for each in db.find(SandboxCharge, key=[each.key for each in operations])}
    return [made if known[made.key].reference == made.reference else known[made.key] for made in operations]


def _forbid(charge: str) -> SandboxCharge:
    """A charge nobody heard of yet can never come about afterwards; of two at once the first holds."""
    nothing = Money(amount=0, currency="XXX")
    never = Fate(outcome=DECLINED, reason=CANCELLED)
    _remember_all([_operation(charge, CHARGE, charge, nothing, never)])
    return db.lock(SandboxCharge, charge)


def _known(key: str) -> SandboxCharge | None:
    return next(iter(db.find(SandboxCharge, key=key)), None)


def _lock_charge(key: str) -> SandboxCharge | None:
    try:
        return db.lock(SandboxCharge, key)
    except SandboxCharge.DoesNotExist:
        return None


def _sums(charges: Sequence[str]) -> defaultdict[str, Counter[str]]:
    """What succeeded with each of the charges so far, by kind."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for done in db.find(SandboxCharge, charge=list(charges), outcome=SUCCEEDED):
        sums[done.charge][done.kind] += done.amount
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
