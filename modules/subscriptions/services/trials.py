"""One trial for each customer, card, phone and device."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from modules.subscriptions.events import Why
from modules.subscriptions.interface import MembershipState
from modules.subscriptions.models import KnownCard, KnownPhone, Membership, TrialUse
from modules.subscriptions.services.ending import end
from modules.subscriptions.services.finding import give_terms
from modules.subscriptions.services.writing import writing
from tiffin import db


class Trial(NamedTuple):
    """Whose it is, and what it is to be paid by afterwards."""

    customer_id: UUID
    region: str
    method: str


@db.transaction_required
def is_first(member: Membership, known_by: tuple[str, ...]) -> bool:
    """Whether nobody had a trial in its region by any of what is known of its customer; from now on somebody
    has, by all of it."""
    known = (f"customer {member.customer_id}", *known_by, *_card(member.method), *_phone(member.customer_id))
    marks = [TrialUse(region=member.region, mark=mark[:128], by=member.id) for mark in known]
    if TrialUse.objects.filter(region=member.region, mark__in=[each.mark for each in marks]).exists():
        return False
    return db.insert(*marks, unless_taken=("region", "mark")) == len(marks)


@db.transaction_required
def card_known(customer_id: UUID, method: str, mark: str) -> None:
    """What stands for a card became known after a trial had begun with it: where somebody else had one by it,
    this one ends."""
    rows = Membership.objects.filter(
        customer_id=customer_id, method=method, state_name=MembershipState.TRIALING.value
    )
    for member in rows.select_for_update().order_by("pk"):
        of_card = f"card {mark}"[:128]
        db.insert(TrialUse(region=member.region, mark=of_card, by=member.id), unless_taken=("region", "mark"))
        if not TrialUse.objects.filter(region=member.region, mark=of_card, by=member.id).exists():
            _end(member)


def trial(membership_id: UUID) -> Trial | None:
    """None when it is none, or none any more."""
    member = Membership.get(membership_id)
    if member.state is not MembershipState.TRIALING:
        return None
    return Trial(member.customer_id, member.region, member.method)


def end_trial(membership_id: UUID) -> None:
    """Nobody would ever pay for it."""
    with db.transaction():
        member = Membership.lock(membership_id)
        if member.state is MembershipState.TRIALING:
            _end(member)


@db.transaction_required
def _end(member: Membership) -> None:
    give_terms([member])
    with writing() as changes:
        end(changes, member, None, Why.ENDED)


def _card(method: str) -> tuple[str, ...]:
    """What stands for the card: its token, and what payments told of it, which is the same for each token."""
    known = KnownCard.objects.filter(pk=method).first()
    return (f"method {method}",) if known is None else (f"method {method}", f"card {known.mark}")


def _phone(customer_id: UUID) -> tuple[str, ...]:
    """What stands for the customer's phone, as far as one is known."""
    known = KnownPhone.objects.filter(pk=customer_id).first()
    return () if known is None else (f"phone {known.mark}",)
