"""Cards that customers want kept at the provider. Each wish is a row, and a job does the asking."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils.crypto import salted_hmac

from modules.payments.events import CardKept, CardRemoved
from modules.payments.interface import KeptMethodUnknown, MethodsNotKept, TooManyMethods
from modules.payments.models import KeptMethod
from modules.payments.providers import Declined, provider_of
from modules.payments.providers.keeping import KeptCard, Preparation
from modules.payments.providers.selection import keeper
from modules.payments.states import KeepingState
from tiffin import clock, db, jobs
from tiffin.log import publish

MOST = 20
ASKED_AFTER = timedelta(minutes=2)
WAITED_FOR = timedelta(hours=1)
_ALIVE = (KeepingState.PREPARING.value, KeepingState.WAITING.value, KeepingState.KEPT.value)


def keep_method(*, customer_id: UUID, region: str) -> KeptMethod:
    """Prepare for a card that the customer is going to enter at the provider of `region`.

    Raises UnknownRegion, MethodsNotKept, TooManyMethods.
    """
    provider = provider_of(region)
    if keeper(provider) is None:
        raise MethodsNotKept(region=region)
    with db.transaction():
        if KeptMethod.objects.filter(customer_id=customer_id, state_name__in=_ALIVE).count() >= MOST:
            raise TooManyMethods(limit=MOST)
        kept = KeptMethod(customer_id=customer_id, region=region, provider=provider)
        kept.save()
        _await(kept, "prepare_method")
    return kept


def customer_known_to(kept: KeptMethod) -> str:
    """What the provider called this customer before; empty for a new one."""
    before = KeptMethod.objects.filter(customer_id=kept.customer_id, provider=kept.provider)
    return before.exclude(customer="").values_list("customer", flat=True).first() or ""


def record_preparation(method_id: UUID, preparation: Preparation) -> None:
    """The provider waits for the card. Who does not want it any more never learns the secret."""
    with db.transaction():
        kept = KeptMethod.lock(method_id)
        if kept.state is not KeepingState.PREPARING:
            return
        kept.customer, kept.setup, kept.secret = preparation.customer, preparation.setup, preparation.secret
        kept.move_to(KeepingState.WAITING)
        kept.save()
        jobs.set_deadline(kept, "method_overdue", due=clock.now() + ASKED_AFTER)


def record_method(method_id: UUID, found: KeptCard | Declined | None) -> None:
    """The provider tells what was entered. After an hour it is not waited for any more."""
    with db.transaction():
        kept = KeptMethod.lock(method_id)
        if kept.state is not KeepingState.WAITING:
            return
        if isinstance(found, KeptCard):
            kept.method, kept.brand = found.method, found.brand
            kept.last4, kept.expires = found.last4, found.expires
            kept.move_to(KeepingState.KEPT)
            kept.secret = ""
            kept.save()
            jobs.clear_deadline(kept)
            publish(kept, CardKept(customer_id=kept.customer_id, method=kept.method, mark=_mark(kept, found)))
        elif found is not None or clock.now() - kept.created_at > WAITED_FOR:
            kept.reason = found.reason if found else "not_entered"
            _remove(kept)


def remove_method(*, customer_id: UUID, method_id: UUID) -> None:
    """Keep the card no longer; it cannot be paid with from now on.

    Raises KeptMethodUnknown for another customer's, and for one that is gone.
    """
    with db.transaction():
        _remove(_lock_own(customer_id, method_id))


def card_entered(*, customer_id: UUID, method_id: UUID) -> None:
    """The customer says that the card is entered. That is not believed: it makes us ask.

    Raises KeptMethodUnknown, as remove_method.
    """
    with db.transaction():
        look_at_method(_lock_own(customer_id, method_id))


def _mark(kept: KeptMethod, found: KeptCard) -> str:
    """Stands for the card, and tells nothing of it to whoever does not have the key of this platform."""
    if not found.fingerprint:
        return ""
    return salted_hmac(
        "payments.card", f"{kept.provider} {found.fingerprint}", algorithm="sha256"
    ).hexdigest()


@db.transaction_required
def _lock_own(customer_id: UUID, method_id: UUID) -> KeptMethod:
    """Raises KeptMethodUnknown."""
    found = KeptMethod.objects.filter(pk=method_id, customer_id=customer_id, state_name__in=_ALIVE)
    kept: KeptMethod | None = found.select_for_update(no_key=True).first()
    if kept is None:
        raise KeptMethodUnknown(method_id=method_id)
    return kept


def record_removal(method_id: UUID) -> None:
    """The provider keeps nothing any more."""
    with db.transaction():
        kept = KeptMethod.lock(method_id)
        if kept.state is KeepingState.REMOVING:
            kept.move_to(KeepingState.REMOVED)
            kept.customer = kept.setup = ""
            kept.save()
            jobs.clear_deadline(kept)


@db.transaction_required
def forget_customer(*, customer_id: UUID) -> None:
    """The customer is forgotten here, and then at the provider."""
    kept = KeptMethod.objects.filter(customer_id=customer_id, state_name__in=_ALIVE)
    for each in kept.select_for_update(no_key=True).order_by("pk"):
        _remove(each)


@db.transaction_required
def look_at_method(kept: KeptMethod) -> None:
    """Have the provider asked what was entered."""
    if kept.state is KeepingState.WAITING:
        jobs.add(kept, "look_at_method", due=clock.now())


def hurry_method(method_id: UUID) -> None:
    """The provider, or the customer, has not answered in time."""
    kept = KeptMethod.lock(method_id)
    match kept.state:
        case KeepingState.PREPARING:
            _await(kept, "prepare_method")
        case KeepingState.WAITING:
            _await(kept, "look_at_method")
        case KeepingState.REMOVING:
            _await(kept, "remove_method")


@db.transaction_required
def _remove(kept: KeptMethod) -> None:
    if kept.method:
        publish(kept, CardRemoved(customer_id=kept.customer_id, method=kept.method))
    kept.move_to(KeepingState.REMOVING)
    kept.secret = kept.method = kept.brand = kept.last4 = kept.expires = ""
    kept.save()
    _await(kept, "remove_method")


@db.transaction_required
def _await(kept: KeptMethod, job: str) -> None:
    jobs.add(kept, job, due=clock.now())
    jobs.set_deadline(kept, "method_overdue", due=clock.now() + ASKED_AFTER)
