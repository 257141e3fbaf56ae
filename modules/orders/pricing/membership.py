"""What a customer's membership takes off a basket, and why it does not."""

from __future__ import annotations

from collections.abc import Iterator

from modules.orders.interface import ComponentKind, MemberBenefit, Party
from modules.orders.pricing.bill import Bill
from modules.orders.pricing.discounts import DISHES, Discount, left_of
from modules.orders.pricing.terms import Terms
from modules.subscriptions.interface import Basket, BenefitAnswer, BenefitKind, evaluate
from tiffin.money import Money

_OFF = {
    BenefitKind.FREE_DELIVERY: frozenset({ComponentKind.DELIVERY_FEE}),
    BenefitKind.REDUCED_SERVICE_FEE: frozenset({ComponentKind.SERVICE_FEE}),
    BenefitKind.PICKUP_CREDIT: DISHES,
}
_LABELS = {
    BenefitKind.FREE_DELIVERY: "Free delivery",
    BenefitKind.REDUCED_SERVICE_FEE: "Member's service fee",
    BenefitKind.PICKUP_CREDIT: "Pickup credit",
}


def discounts_of(terms: Terms, bill: Bill) -> tuple[Discount, ...]:
    """What is granted, of each kind that which saves most; the venue's part and the platform's apart."""
    found: list[Discount] = []
    for answer in _best(_answers(terms, bill)):
        by_platform = answer.saved - answer.by_venue
        for amount, party in ((answer.by_venue, Party.RESTAURANT), (by_platform, Party.PLATFORM)):
            if amount:
                found.append(
                    Discount(
                        code=answer.kind.value,
                        label=_LABELS[answer.kind],
                        amount=amount.amount,
                        off=_OFF[answer.kind],
                        funded_by=party,
                    )
                )
    return tuple(found)


def benefits_of(terms: Terms, bill: Bill) -> tuple[MemberBenefit, ...]:
    """Of each kind what it did for the basket, or what is missing for it; `bill` stands as it did before."""
    granted = {answer.kind: answer for answer in _best(_answers(terms, bill))}
    seen: dict[BenefitKind, MemberBenefit] = {}
    for answer in _answers(terms, bill):
        known = granted.get(answer.kind, answer)
        seen.setdefault(answer.kind, _seen(known))
    return tuple(seen.values())


def _seen(answer: BenefitAnswer) -> MemberBenefit:
    refusal = answer.refusal.value if answer.refusal is not None else ""
    return MemberBenefit(kind=answer.kind.value, saved=answer.saved, refusal=refusal, missing=answer.missing)


def _best(answers: list[BenefitAnswer]) -> Iterator[BenefitAnswer]:
    best: dict[BenefitKind, BenefitAnswer] = {}
    for answer in answers:
        known = best.get(answer.kind)
        if answer.is_granted and (known is None or answer.saved.amount > known.saved.amount):
            best[answer.kind] = answer
    yield from best.values()


def _answers(terms: Terms, bill: Bill) -> list[BenefitAnswer]:
    member = terms.member
    if member is None:
        return []
    basket = Basket(
        region=member.region,
        subtotal=_left(terms, bill, DISHES),
        delivery_fee=_left(terms, bill, _OFF[BenefitKind.FREE_DELIVERY]),
        service_fee=_left(terms, bill, _OFF[BenefitKind.REDUCED_SERVICE_FEE]),
        distance_m=None if terms.delivery_fee is None else terms.distance_m,
    )
    return [
        answer for answer in evaluate(member.benefits, basket, regions=member.valid_in) if answer.kind in _OFF
    ]


def _left(terms: Terms, bill: Bill, off: frozenset[ComponentKind]) -> Money:
    """What is left of these components; what shares a pot with them is not theirs."""
    charged = sum(component.amount for component in bill if component.kind in off)
    return terms.money(max(0, min(charged, left_of(Discount(code="", label="", amount=0, off=off), bill))))
