"""What a membership brings: data of its plan, and what each benefit does for a basket.

The evaluator is published with the data, because whoever prices a basket asks it there, also while
subscriptions is not to be reached. It is a pure function.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money


class BenefitKind(OpenEnum):
    """FREE_DELIVERY above `minimum`, and not farther than `within_m`. REDUCED_SERVICE_FEE takes `rate` of
    it off. PICKUP_CREDIT gives `rate` of the dishes back where they are fetched. LATE_ORDER_CREDIT gives
    `amount` for an order that comes `after_minutes` late, MEMBERS_OFFERS lets members have promotions that
    are theirs alone, PARTNER_GRANT is something elsewhere, by its `title`, that members have at `link`: those
    three take nothing off a basket."""

    FREE_DELIVERY = "free_delivery"
    REDUCED_SERVICE_FEE = "reduced_service_fee"
    PICKUP_CREDIT = "pickup_credit"
    LATE_ORDER_CREDIT = "late_order_credit"
    MEMBERS_OFFERS = "members_offers"
    PARTNER_GRANT = "partner_grant"
    UNKNOWN = "unknown"


class Benefit(DTO):
    """Amounts are minor units of the plan's currency, `within_m` metres as the crow flies, `rate` and
    `venue_share` 0 to 1: what the venue pays of what is saved, the platform pays the rest."""

    kind: BenefitKind
    minimum: int = 0
    within_m: int | None = None
    rate: Decimal = Decimal(0)
    amount: int = 0
    after_minutes: int = 0
    title: str = ""
    venue_share: Decimal = Decimal(0)
    link: str = ""

    def without_link(self) -> Benefit:
        """As those may see it who do not have it."""
        return msgspec.structs.replace(self, link="") if self.link else self


class Basket(DTO):
    """What benefits look at. `subtotal` are the dishes after discounts; `distance_m` is None where the
    customer fetches them."""

    region: str
    subtotal: Money
    delivery_fee: Money
    service_fee: Money
    distance_m: int | None = None


class Refusal(OpenEnum):
    """Why a benefit does nothing for a basket."""

    BELOW_MINIMUM = "below_minimum"
    TOO_FAR = "too_far"
    ONLY_DELIVERED = "only_delivered"
    ONLY_FETCHED = "only_fetched"
    NOTHING_TO_SAVE = "nothing_to_save"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


class BenefitAnswer(DTO):
    """What a benefit does for a basket: `saved`, of which the venue pays `by_venue`; or why it does
    nothing, and how much is `missing` for it."""

    kind: BenefitKind
    saved: Money
    by_venue: Money
    refusal: Refusal | None = None
    missing: Money | None = None

    @property
    def is_granted(self) -> bool:
        return self.refusal is None


_OF_BASKETS = frozenset(
    {BenefitKind.FREE_DELIVERY, BenefitKind.REDUCED_SERVICE_FEE, BenefitKind.PICKUP_CREDIT}
)


def evaluate(benefits: Iterable[Benefit], basket: Basket, *, regions: Iterable[str]) -> list[BenefitAnswer]:
    """What each benefit that takes something off does for the basket, in their order; `regions` are those
    in which the membership is valid. Of several of one kind each is answered: whoever prices takes the
    best."""
    valid = frozenset(regions)
    return [
        _answered(benefit, basket, is_valid=basket.region in valid)
        for benefit in benefits
        if benefit.kind in _OF_BASKETS
    ]


def _answered(benefit: Benefit, basket: Basket, *, is_valid: bool) -> BenefitAnswer:
    refusal = _refused(benefit, basket) if is_valid else Refusal.ELSEWHERE
    saved = _saved(benefit, basket)
    if refusal is None and not saved:
        refusal = Refusal.NOTHING_TO_SAVE
    nothing = Money.zero(basket.subtotal.currency)
    if refusal is None:
        return BenefitAnswer(kind=benefit.kind, saved=saved, by_venue=saved.share(benefit.venue_share))
    missing = None
    if refusal is Refusal.BELOW_MINIMUM:
        missing = Money(amount=benefit.minimum, currency=nothing.currency) - basket.subtotal
    return BenefitAnswer(kind=benefit.kind, saved=nothing, by_venue=nothing, refusal=refusal, missing=missing)


def _refused(benefit: Benefit, basket: Basket) -> Refusal | None:
    """What no bigger basket would change comes first."""
    distance = basket.distance_m
    if benefit.kind is BenefitKind.FREE_DELIVERY and distance is None:
        return Refusal.ONLY_DELIVERED
    if benefit.kind is BenefitKind.PICKUP_CREDIT and distance is not None:
        return Refusal.ONLY_FETCHED
    if benefit.within_m is not None and distance is not None and distance > benefit.within_m:
        return Refusal.TOO_FAR
    return Refusal.BELOW_MINIMUM if basket.subtotal.amount < benefit.minimum else None


def _saved(benefit: Benefit, basket: Basket) -> Money:
    match benefit.kind:
        case BenefitKind.FREE_DELIVERY:
            return basket.delivery_fee
        case BenefitKind.REDUCED_SERVICE_FEE:
            return basket.service_fee.share(benefit.rate)
        case _:
            return basket.subtotal.share(benefit.rate)
