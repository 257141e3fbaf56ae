"""What is known of payments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet

from modules.payments.interface import (
    CardEntry,
    CollectionState,
    CollectionView,
    KeptCardState,
    KeptCardView,
    KeptMethodUnknown,
    LedgerKind,
    LedgerLine,
    PartyKind,
    PaymentChoice,
    PaymentId,
    PaymentLedger,
    PaymentMethod,
    PaymentState,
    PaymentView,
    PayoutView,
)
from modules.payments.models import (
    Collection,
    EntryKind,
    KeptMethod,
    Mismatch,
    Payment,
    Payout,
    SandboxCharge,
    payment_of,
)
from modules.payments.models.shares import PARTS
from modules.payments.policies import STRIPE, MethodRow
from modules.payments.providers import memory, provider_of
from modules.payments.providers.selection import card_entry, moves_no_money
from modules.payments.states import AT_REST, KeepingState
from tiffin import clock, db, regions
from tiffin.dto import DTO
from tiffin.money import Money
from tiffin.telemetry.metrics import Reading

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

_ENTERED = f"""
SELECT entry.kind, payment.currency, count(*), sum(entry.amount)::bigint,
       {", ".join(f"sum(entry.{part})::bigint" for part in PARTS)}
FROM payments_paymententry AS entry JOIN payments_payment AS payment ON payment.id = entry.payment_id
WHERE payment.region = %(region)s AND entry.at >= %(since)s AND entry.at < %(until)s
GROUP BY entry.kind, payment.currency
UNION ALL
SELECT kind, currency, count(*), sum(amount)::bigint, {", ".join("0" for part in PARTS)}
FROM payments_transferentry WHERE region = %(region)s AND at >= %(since)s AND at < %(until)s
GROUP BY kind, currency
"""  # noqa: S608  # of constants
_HELD = "CASE kind WHEN 'authorised' THEN 1 WHEN 'captured' THEN -1 WHEN 'voided' THEN -1 ELSE 0 END"
_PAYABLE = """CASE WHEN kind IN ('captured', 'recovered') THEN 1
    WHEN kind IN ('refunded', 'charged_back') THEN -1 ELSE 0 END"""
_EACH = (*PARTS, f"(entry.amount - {' - '.join(PARTS)})")
_UNCLOSED = f"""
SELECT payment.id FROM payments_payment AS payment
JOIN payments_paymententry AS entry ON entry.payment_id = payment.id
WHERE payment.region = %(region)s AND payment.state = ANY(%(at_rest)s) AND payment.id IN (
    SELECT payment_id FROM payments_paymententry WHERE at >= %(since)s AND at < %(until)s)
GROUP BY payment.id
HAVING {" OR ".join(f"sum({part} * {_HELD}) <> 0 OR sum({part} * {_PAYABLE}) < 0" for part in _EACH)}
"""  # noqa: S608  # of constants


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
    return [*_own_methods(customer_id, region), *methods(region=region)]


def choice(*, customer_id: UUID, region: str) -> PaymentChoice:
    """All that this customer may pay with in `region`. Raises UnknownRegion."""
    return PaymentChoice(
        kept=tuple(_own_methods(customer_id, region)),
        methods=tuple(methods(region=region)),
        card_entry=card_entry(provider_of(region)) if _takes_cards(region) else None,
    )


def _own_methods(customer_id: UUID, region: str) -> list[PaymentMethod]:
    provider = provider_of(region)
    return [
        PaymentMethod(
            method=kept.method,
            title=f"{kept.brand.capitalize()} •••• {kept.last4}",
            hint=f"Expires {kept.expires}",
        )
        for kept in kept_methods(customer_id=customer_id)
        if kept.state is KeepingState.KEPT and kept.provider == provider and _takes_cards(region)
    ]


def kept_cards(*, customer_id: UUID) -> list[KeptCardView]:
    """The customer's cards, as others see them."""
    return [kept_card(kept) for kept in kept_methods(customer_id=customer_id)]


def kept_card(kept: KeptMethod) -> KeptCardView:
    return KeptCardView(
        id=kept.id,
        region=kept.region,
        state=KeptCardState(kept.state_name),
        method=kept.method,
        brand=kept.brand,
        last4=kept.last4,
        expires=kept.expires,
        secret=kept.secret,
    )


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
        charged_back=payment.total(EntryKind.CHARGED_BACK) - payment.total(EntryKind.RECOVERED),
        purpose=payment.purpose,
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
    return views(_page(with_entries(), after, size))


def ledger(*, after: PaymentId | None, size: int) -> list[PaymentLedger]:
    """A page of what the ledger says of all payments, by id."""
    return [ledger_of(payment) for payment in _page(with_entries(), after, size)]


def ledger_of(payment: Payment) -> PaymentLedger:
    lines = [
        LedgerLine(
            kind=LedgerKind(kind.value),
            amount=payment.total(kind),
            shares=payment.split(kind).shares(payment.currency),
        )
        for kind in EntryKind
    ]
    return PaymentLedger(
        id=PaymentId(payment.id),
        order_id=payment.order_id,
        region=payment.region,
        at_rest=payment.state in AT_REST,
        lines=tuple(line for line in lines if line.amount),
        open=tuple(what_does_not_close(payment)),
        purpose=payment.purpose,
    )


def what_does_not_close(payment: Payment) -> Iterator[str]:
    """Of a payment at rest, by party: authorised = captured + voided, and captured = refunded + charged back
    (and not recovered) + what is still to be paid out, which is not less than nothing."""
    if payment.state not in AT_REST:
        return
    held = payment.left_for(EntryKind.CAPTURED)
    payable = payment.left_for(EntryKind.REFUNDED)
    for part, is_held, is_payable in zip((*PARTS, "nobody"), held, payable, strict=True):
        if is_held:
            yield f"{payment.of(is_held)} of {part} are held though nothing is awaited"
        if is_payable < 0:
            yield f"{payment.of(-is_payable)} more of {part} went back than was taken"


def entered(region: str, since: datetime, until: datetime) -> list[tuple[Any, ...]]:
    """What was written down in both ledgers from `since` on and before `until`: kind, currency, how many,
    over how much, and how much of it is each part's, in the order of PARTS."""
    return db.select(_ENTERED, region=region, since=since, until=until)


def unclosed(region: str, since: datetime, until: datetime) -> list[Payment]:
    """The payments of which something was written down then, and which do not close; with their entries."""
    at_rest = [state.value for state in AT_REST]
    found = db.select(_UNCLOSED, region=region, since=since, until=until, at_rest=at_rest)
    return list(with_entries().filter(pk__in=[payment_id for (payment_id,) in found]))


def open_mismatches() -> Iterator[Reading]:
    """For Prometheus: on how much the provider and we do not agree."""
    counts = Mismatch.objects.filter(Mismatch.NOT_FINAL).values_list("region", "what")
    for region, what, count in counts.annotate(count=Count("pk")).order_by():
        labels = {"region": region, "what": what}
        yield "tiffin_payment_mismatches", "Open mismatches with the payment provider.", labels, float(count)


def _page(rows: QuerySet[Any], after: UUID | None, size: int) -> QuerySet[Any]:
    rows = rows.order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return rows[: max(1, min(size, MAXIMUM_PAGE_SIZE))]


def for_customer(*, customer_id: UUID, payment_id: UUID) -> PaymentView | None:
    """One payment of this customer; another's does not exist."""
    found = with_entries().filter(pk=payment_id, customer_id=customer_id).first()
    return view(found) if found else None


def in_state(payment_id: UUID, state: PaymentState) -> Payment | None:
    """The payment if it is (still) in `state`."""
    return next(iter(db.find(Payment, id=payment_id, state_name=state.value)), None)


class Confirmation(DTO):
    """What a customer confirms in the component of the provider. `secret` is what it takes; empty when
    nothing is to be confirmed (any more)."""

    amount: Money
    order_id: UUID
    purpose: str
    secret: str
    entry: CardEntry


def confirmation(reference: str) -> Confirmation | None:
    """Of the charge that a provider calls `reference`, if its component can have it confirmed."""
    operation = memory.charge_by(reference=reference)
    entry = card_entry(operation.provider) if operation else None
    if operation is None or entry is None:
        return None
    payment = Payment.get(payment_of(operation.charge))
    waits = payment.state is PaymentState.REQUIRES_ACTION
    return Confirmation(
        amount=payment.money,
        order_id=payment.order_id,
        purpose=payment.purpose,
        secret=operation.action if waits else "",
        entry=entry,
    )


def sandbox_charge(reference: str) -> SandboxCharge | None:
    """What the sandbox provider knows under its own reference."""
    return SandboxCharge.objects.filter(reference=reference).first()


def payout_view(payout: Payout) -> PayoutView:
    return PayoutView(
        id=payout.id,
        region=payout.region,
        payee_kind=PartyKind(payout.payee_kind),
        payee_id=payout.payee_id,
        amount=payout.money,
        purpose=payout.purpose,
        reference=payout.reference,
        state=payout.state,
        reason=payout.reason,
    )


def collection_view(collection: Collection) -> CollectionView:
    return CollectionView(
        id=collection.id,
        region=collection.region,
        payer_kind=PartyKind(collection.payer_kind),
        payer_id=collection.payer_id,
        amount=collection.money,
        purpose=collection.purpose,
        reference=collection.reference,
        state=collection.state,
        invoice=collection.invoice or "",
        due_on=collection.due_on,
        reason="staff" if collection.state is CollectionState.FAILED else "",
    )


def payouts(*, payout_ids: list[UUID]) -> list[PayoutView]:
    return [payout_view(payout) for payout in Payout.objects.filter(pk__in=payout_ids)]


def payouts_page(*, after: UUID | None, size: int) -> list[PayoutView]:
    """A page of all payouts, by id."""
    return [payout_view(payout) for payout in _page(Payout.objects.all(), after, size)]


def collections(*, collection_ids: list[UUID]) -> list[CollectionView]:
    return [collection_view(each) for each in Collection.objects.filter(pk__in=collection_ids)]


def collections_page(*, after: UUID | None, size: int) -> list[CollectionView]:
    """A page of all collections, by id."""
    return [collection_view(each) for each in _page(Collection.objects.all(), after, size)]
