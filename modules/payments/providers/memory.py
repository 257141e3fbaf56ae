"""What we keep of our own about what a provider outside was asked. Every change is a transaction by itself,
committed before the provider is asked, so that a crash at any moment leaves what is needed to ask again."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from modules.payments.models import KeptMethod, ProviderOperation, ProviderReport
from modules.payments.states import KeepingState
from tiffin import clock, db

CHARGE, CAPTURE, VOID, REFUND = "charge", "capture", "void", "refund"


def known(key: str) -> ProviderOperation | None:
    """What was asked under `key`; None when nothing ever was."""
    return next(iter(db.find(ProviderOperation, key=key)), None)


def begin(*, key: str, kind: str, charge: str, provider: str) -> tuple[ProviderOperation, bool]:
    """Write down that the operation is about to be asked for, and whether it is for the first time."""
    operation = ProviderOperation(key=key, kind=kind, charge=charge, provider=provider)
    with db.transaction():
        if db.insert(operation, unless_taken=("key",)):
            return operation, True
        return db.lock(ProviderOperation, key), False


def learn(key: str, reference: str) -> ProviderOperation:
    """Write down what the provider calls the operation. The first name stays, and what was forbidden
    meanwhile stays so: the caller looks at what it gets."""
    with db.transaction():
        operation = db.lock(ProviderOperation, key)
        if not operation.reference:
            operation.reference = reference
            operation.save(update_fields=["reference"])
        return operation


def note_action(*, provider: str, reference: str, action: str) -> None:
    """Write down by what the customer confirms the charge that the provider calls so; empty when nothing is
    to be confirmed (any more)."""
    charges = ProviderOperation.objects.filter(provider=provider, reference=reference, kind=CHARGE)
    charges.exclude(action=action).update(action=action)


def forbid(*, charge: str, provider: str) -> ProviderOperation:
    """From here on nobody asks the provider to hold anything under `charge`, not even for the first time."""
    begin(key=charge, kind=CHARGE, charge=charge, provider=provider)
    with db.transaction():
        operation = db.lock(ProviderOperation, charge)
        operation.forbidden = True
        operation.save(update_fields=["forbidden"])
        return operation


def charge_of(*, provider: str, reference: str) -> str:
    """The charge that the provider's name is about; empty for what is not ours."""
    found = db.find(ProviderOperation, provider=provider, reference=reference) if reference else []
    return found[0].charge if found else ""


def charge_by(*, reference: str) -> ProviderOperation | None:
    """The charge that its provider calls `reference`."""
    found = db.find(ProviderOperation, reference=reference, kind=CHARGE) if reference else []
    return found[0] if found else None


def key_by(*, provider: str, reference: str) -> str:
    """The key under which we asked for what the provider calls so; empty for what is not ours."""
    found = db.find(ProviderOperation, provider=provider, reference=reference) if reference else []
    return found[0].key if found else ""


def key_of(*, kind: str, charge: str) -> str:
    """The key under which we asked for this of the charge, most recently; empty when we never did."""
    asked = ProviderOperation.objects.filter(charge=charge, kind=kind).order_by("asked_at").last()
    return asked.key if asked else ""


def customer_of(*, provider: str, method: str) -> str:
    """What the provider calls the customer whose kept card this is; empty for a card that is not kept."""
    kept = db.find(KeptMethod, provider=provider, method=method, state_name=KeepingState.KEPT.value)
    return kept[0].customer if kept else ""


# A provider that cannot be asked ------------------------------------------------------------------------


def send_to(key: str, page: str) -> None:
    """Write down where the customer confirms the charge."""
    ProviderOperation.objects.filter(pk=key).update(action=page)


def bring_back(*, provider: str, charge: str, details: str) -> bool:
    """Write down what a customer brought back from that page; False for a charge that waits for nobody. What
    somebody else brought is written over by who comes next: the provider knows what is its own."""
    waiting = ProviderOperation.objects.filter(pk=charge, provider=provider, kind=CHARGE).exclude(action="")
    return bool(waiting.update(details=details))


def report(told: ProviderReport) -> None:
    """Keep what was told, once however often it is. A notification counts for more than the answer before."""
    with db.transaction():
        known = ProviderReport.objects.filter(provider=told.provider, event=told.event)
        if not db.insert(told, unless_taken=("provider", "event")) and told.notified:
            known.filter(notified=False).update(notified=True, told_at=clock.now())


def reports(*, provider: str, kinds: Sequence[str]) -> QuerySet[ProviderReport]:
    """What was told of these kinds, in that order."""
    return ProviderReport.objects.filter(provider=provider, kind__in=kinds).order_by("told_at", "pk")
