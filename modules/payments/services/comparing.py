"""Comparing what the provider did with what we wrote down, both ways, over a window of time.

The provider's movements are compared with everything that was written down of their payments, whenever that
was; of what was written down within the window and met no movement the provider is asked by its key. So an
edge of the window separates nothing. Reading only: what is found is for `mismatches`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import msgspec
from django.db.models import Count, Max, Min

from modules.payments.models import EntryKind, Payment, PaymentEntry, RefundState, What, payment_of
from modules.payments.providers import Movement, PaymentProvider, StillPending, Succeeded
from modules.payments.selectors import with_entries
from modules.payments.services.mismatches import Difference
from tiffin import regions

PAGE = 500
LONGEST = 80  # of somebody else's names, as they are listed
# Clocks differ: what moved at the provider may be written down so much earlier by ours.
CLOCKS_DIFFER = timedelta(minutes=10)
# What a bank does was never asked for: it is known by its cases.
BY_BANKS = frozenset({EntryKind.CHARGED_BACK.value, EntryKind.RECOVERED.value})


def compare(
    region: str, name: str, provider: PaymentProvider, *, since: datetime, until: datetime
) -> Iterator[Difference]:
    """What differs between the provider of that name and us, from `since` on and before `until`. Raises
    ProviderTimeout."""
    met: set[int] = set()
    movements = iter(provider.movements(since=since, until=until))
    while page := list(islice(movements, PAGE)):
        known = _payments(page)
        for movement in page:
            payment = _payment_of(movement, known)
            if payment is None:
                yield from _of_nobody(region, name, movement)
            elif (payment.region, payment.provider) == (region, name):
                yield from look_at(movement, payment, met)
    for entry in _entries(region, name, since, until):
        if entry.pk not in met and not _is_implied(entry):
            yield from only_ours(entry, provider)


def look_at(movement: Movement, payment: Payment, met: set[int]) -> Iterator[Difference]:
    """What of a payment differs from a movement of it; the entry that it meets is noted in `met`."""
    entry = _counterpart(movement, payment.confirmed, met)
    if entry is not None:
        met.add(entry.pk)
        if payment.of(entry.amount) != movement.amount:
            yield _difference(What.AMOUNT, payment, movement, ours=entry.amount)
        return
    other = [each for each in payment.confirmed if each.reference == movement.reference]
    if other and other[0].pk not in met:
        met.add(other[0].pk)
        found = _difference(What.KIND, payment, movement, ours=other[0].amount)
        yield msgspec.structs.replace(found, words=f"we wrote it down as {other[0].kind}")
        return
    yield _difference(What.ONLY_PROVIDER, payment, movement, ours=None)


def key_candidates(entry: PaymentEntry) -> list[str]:
    """The keys of ours under which the provider may know what was written down, the likeliest first."""
    payment: Payment = entry.payment
    match EntryKind(entry.kind):
        case EntryKind.AUTHORISED:
            return [payment.charge_key]
        case EntryKind.CAPTURED:
            return [payment.capture_key]
        case EntryKind.VOIDED:
            return [f"{payment.id}:void:{number}" for number in range(payment.void_number, 0, -1)]
        case EntryKind.REFUNDED:
            done = payment.refunds.filter(state_name=RefundState.DONE.value)
            return [payment.refund_key(request.number) for request in done]
    return []  # what a bank takes back was never asked for


def confirms(provider: PaymentProvider, entry: PaymentEntry) -> tuple[bool, int | None]:
    """Whether the provider, asked by key, knows what was written down; else the amount that it knows. Raises
    ProviderTimeout."""
    if entry.kind in BY_BANKS:
        return _confirms_case(provider, entry)
    for key in key_candidates(entry):
        try:
            found = provider.find(key=key)
        except StillPending:  # it knows of none that is through
            continue
        if isinstance(found, Succeeded) and found.reference == entry.reference:
            agrees = found.amount == entry.payment.of(entry.amount)
            return agrees, None if agrees else found.amount.amount
    return False, None


def only_ours(entry: PaymentEntry, provider: PaymentProvider) -> Iterator[Difference]:
    """What differs of an entry that met no movement: the provider is asked. Raises ProviderTimeout."""
    known, instead = confirms(provider, entry)
    if known:
        return
    keys = key_candidates(entry)
    payment: Payment = entry.payment
    yield Difference(
        what=What.ONLY_LEDGER if instead is None else What.AMOUNT,
        region=payment.region,
        currency=payment.currency,
        payment_id=payment.id,
        holder=payment.provider,
        kind=entry.kind,
        key=keys[0] if keys else "",
        reference=entry.reference,
        ours=entry.amount,
        theirs=instead,
        at=entry.at,
    )


def _confirms_case(provider: PaymentProvider, entry: PaymentEntry) -> tuple[bool, int | None]:
    payment: Payment = entry.payment
    for case in provider.disputes(charge=payment.charge_key):
        moved = case.reinstated if entry.kind == EntryKind.RECOVERED.value else case.withdrawn
        if moved and case.reference == entry.reference:
            agrees = case.amount == payment.of(entry.amount)
            return agrees, None if agrees else case.amount.amount
    return False, None


def _counterpart(movement: Movement, entries: Iterable[PaymentEntry], met: set[int]) -> PaymentEntry | None:
    """Under the same reference, or else what was only concluded from another movement."""
    same = [entry for entry in entries if entry.kind == movement.kind.value]
    for entry in same:
        if entry.reference == movement.reference:
            return entry
    return next((each for each in same if each.pk not in met and _is_implied(each)), None)


def _is_implied(entry: PaymentEntry) -> bool:
    """Not moved by itself: the rest that a smaller capture lets go, what must have been held to be let go."""
    if entry.kind not in {EntryKind.VOIDED.value, EntryKind.AUTHORISED.value}:
        return False
    cause = EntryKind.CAPTURED if entry.kind == EntryKind.VOIDED.value else EntryKind.VOIDED
    return any(
        each.kind == cause.value and each.reference == entry.reference for each in entry.payment.confirmed
    )


def _of_nobody(region: str, name: str, movement: Movement) -> Iterator[Difference]:
    """Money moved for what is no payment of ours. It is for staff of a region with that money."""
    home = [each.code for each in regions.all() if each.currency == movement.amount.currency]
    if region in home or not home:
        yield Difference(
            what=What.ONLY_PROVIDER,
            region=region,
            currency=movement.amount.currency,
            kind=movement.kind.value,
            key=movement.key[:LONGEST],
            reference=movement.reference[:LONGEST],
            theirs=movement.amount.amount,
            at=movement.at,
            holder=name,
            words="it belongs to no payment of ours",
        )


def _difference(what: What, payment: Payment, movement: Movement, *, ours: int | None) -> Difference:
    return Difference(
        what=what,
        region=payment.region,
        currency=payment.currency,
        payment_id=payment.id,
        holder=payment.provider,
        kind=movement.kind.value,
        key=movement.key[:LONGEST],
        reference=movement.reference[:LONGEST],
        ours=ours,
        theirs=movement.amount.amount,
        at=movement.at,
        words="" if movement.amount.currency == payment.currency else f"the provider moved {movement.amount}",
    )


class _Known:
    """The payments of a page of movements, with their entries, by key and by reference."""

    def __init__(self, payments: Iterable[Payment]) -> None:
        self.by_id = {payment.id: payment for payment in payments}
        self.by_reference: dict[str, Payment] = {}
        for payment in self.by_id.values():
            for entry in payment.confirmed:
                self.by_reference.setdefault(entry.reference, payment)


def _payments(page: list[Movement]) -> _Known:
    wanted = {payment_id for movement in page if (payment_id := _id_of(movement.key)) is not None}
    strange = [movement for movement in page if _id_of(movement.key) is None]
    if strange:
        # Of what has no key of ours the reference may be known: it was written down after it moved.
        earliest = min(movement.at for movement in strange) - CLOCKS_DIFFER
        references = [movement.reference for movement in strange]
        found = PaymentEntry.objects.filter(at__gte=earliest, reference__in=references)
        wanted |= set(found.values_list("payment_id", flat=True))
    return _Known(with_entries().filter(pk__in=wanted))


def _payment_of(movement: Movement, known: _Known) -> Payment | None:
    payment_id = _id_of(movement.key)
    if payment_id is not None:
        return known.by_id.get(payment_id)
    return known.by_reference.get(movement.reference)


def _id_of(key: str) -> UUID | None:
    try:
        return payment_of(key)
    except ValueError:
        return None


def _entries(region: str, name: str, since: datetime, until: datetime) -> Iterator[PaymentEntry]:
    """What was written down in the window, each with its payment and all that was written down of it."""
    then = PaymentEntry.objects.filter(at__gte=since, at__lt=until)
    # Counted with the rest, they are read by time; alone, the first would be looked for from the ledger's
    # beginning on.
    of_then = then.aggregate(first=Min("pk"), last=Max("pk"), count=Count("pk"))
    if not of_then["count"]:
        return
    written = then.filter(pk__lte=of_then["last"], payment__region=region, payment__provider=name).order_by(
        "pk"
    )
    after = of_then["first"] - 1
    while page := list(written.filter(pk__gt=after)[:PAGE]):
        payments = with_entries().in_bulk({entry.payment_id for entry in page})
        for entry in page:
            entry.payment = payments[entry.payment_id]
            yield entry
        after = page[-1].pk
