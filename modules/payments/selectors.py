"""What is known of payments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from modules.payments.errors import KeptMethodUnknown
from modules.payments.interface import PaymentId, PaymentMethod, PaymentState, PaymentView
from modules.payments.models import EntryKind, KeptMethod, Payment, SandboxCharge
from modules.payments.policies import STRIPE, MethodRow
from modules.payments.providers import provider_of
from modules.payments.providers.selection import moves_no_money
from modules.payments.states import KeepingState
from tiffin import clock, db, regions

# The sandbox's test cards. The tokens are Stripe's names for the same behaviour.
TEST_CARDS = (
    PaymentMethod(method="pm_card_visa", title="Visa •••• 4242", hint="Goes through"),
    PaymentMethod(method="pm_card_mastercard", title="Mastercard •••• 4444", hint="Goes through"),
    PaymentMethod(method="pm_card_chargeDeclined", title="Visa •••• 0002", hint="Is declined"),
    PaymentMethod(
        method="pm_card_authenticationRequired",
        title="Visa •••• 3155",
        hint="Asks you to confirm the payment",
    ),
    PaymentMethod(
        method="pm_card_timeout", title="Visa •••• 6840", hint="The answer is lost once, then it goes through"
    ),
)

# Stripe's name of a card, as its library or its test data give it out.
CARD_TOKEN = re.compile(r"pm_[A-Za-z0-9_]{3,60}")

MAXIMUM_PAGE_SIZE = 200


def methods(*, region: str) -> list[PaymentMethod]:
    """What may be used in `region`: test cards, where it takes cards and no money moves. Raises
    UnknownRegion."""
    if not _takes_cards(region) or not moves_no_money(provider_of(region)):
        return []
    return list(TEST_CARDS)


def takes(*, method: str, region: str, customer_id: UUID) -> bool:
    """Whether the customer may try `method` in `region`. A real provider knows cards that we have never heard
    of, by tokens that its own page or library made of them; one that is kept is its owner's alone. The others
    are those we offer. Raises UnknownRegion."""
    if provider_of(region) == STRIPE:
        owners = {kept.customer_id for kept in db.find(KeptMethod, method=method)} if method else set()
        return _takes_cards(region) and CARD_TOKEN.fullmatch(method) is not None and owners <= {customer_id}
    return method in {known.method for known in methods(region=region)}


def kept_methods(*, customer_id: UUID) -> list[KeptMethod]:
    """The customer's cards that are kept, or about to be, the newest first."""
    gone = (KeepingState.REMOVING.value, KeepingState.REMOVED.value)
    return list(
        KeptMethod.objects.filter(customer_id=customer_id).exclude(state_name__in=gone).order_by("-pk")
    )


def kept_method(*, customer_id: UUID, method_id: UUID) -> KeptMethod:
    """One of them. Raises KeptMethodUnknown."""
    for kept in kept_methods(customer_id=customer_id):
        if kept.id == method_id:
            return kept
    raise KeptMethodUnknown(method_id=method_id)


def methods_of(*, customer_id: UUID, region: str) -> list[PaymentMethod]:
    """As `methods`, after the cards of this customer that are kept there. Raises UnknownRegion."""
    provider = provider_of(region)
    mine = [
        PaymentMethod(
            method=kept.method,
            title=f"{kept.brand.capitalize()} •••• {kept.last4}",
            hint=f"Expires {kept.expires}",
        )
        for kept in kept_methods(customer_id=customer_id)
        if kept.state is KeepingState.KEPT and kept.provider == provider and _takes_cards(region)
    ]
    return [*mine, *methods(region=region)]


def _takes_cards(region: str) -> bool:
    rules = regions.get(region)
    rows = rules.rules("payment_methods", MethodRow, on=rules.local(clock.now()).date())
    return "card" in {row.method for row in rows}


def views(payments: Iterable[Payment]) -> list[PaymentView]:
    return [view(payment) for payment in payments]


def view(payment: Payment) -> PaymentView:
    return PaymentView(
        id=PaymentId(payment.id),
        order_id=payment.order_id,
        customer_id=payment.customer_id,
        region=payment.region,
        state=payment.state,
        method=payment.method,
        amount=payment.money,
        authorised=payment.total(EntryKind.AUTHORISED),
        captured=payment.total(EntryKind.CAPTURED),
        voided=payment.total(EntryKind.VOIDED),
        refunded=payment.total(EntryKind.REFUNDED),
        action_url=payment.action_url or None,
        reason=payment.reason,
    )


def with_entries() -> QuerySet[Payment]:
    """Payments ready to be summed without a query each."""
    return Payment.objects.prefetch_related(Prefetch("entries", to_attr="confirmed"))


def get_many(*, payment_ids: list[PaymentId]) -> list[PaymentView]:
    return views(with_entries().filter(pk__in=payment_ids))


def for_orders(*, order_ids: list[UUID]) -> list[PaymentView]:
    return views(with_entries().filter(order_id__in=order_ids))


def page(*, after: PaymentId | None, size: int) -> list[PaymentView]:
    """A page of all payments, by id."""
    payments = with_entries().order_by("pk")
    if after is not None:
        payments = payments.filter(pk__gt=after)
    return views(payments[: max(1, min(size, MAXIMUM_PAGE_SIZE))])


def for_customer(*, customer_id: UUID, payment_id: UUID) -> PaymentView | None:
    """One payment of this customer; another's does not exist."""
    found = with_entries().filter(pk=payment_id, customer_id=customer_id).first()
    return view(found) if found else None


def in_state(payment_id: UUID, state: PaymentState) -> Payment | None:
    """The payment if it is (still) in `state`."""
    return next(iter(db.find(Payment, id=payment_id, state_name=state.value)), None)


def sandbox_charge(reference: str) -> SandboxCharge | None:
    """What the sandbox provider knows under its own reference."""
    return SandboxCharge.objects.filter(reference=reference).first()
