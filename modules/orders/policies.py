"""What a region decides about orders: rows of its `region.toml`, and two policies where rows cannot say it.

Settings of the region that this module reads:

    rounding                               minor units of which every total is a multiple
    tips.presets                           minor units of the tips that are offered
    scheduling.slot_minutes                length of the times that can be ordered for; it divides an hour
    scheduling.days_ahead                  how long beforehand
    scheduling.lead_minutes                from the kitchen to the door, where somebody brings it
    caps.order_amount                      minor units one order may cost
    caps.order_items                       dishes one order may hold
    estimates.answer_minutes               a restaurant usually takes to accept
    estimates.metres_per_minute            a courier comes nearer the door, as the crow flies
    estimates.door_minutes                 for parking, stairs and the door
    estimates.collect_minutes              until somebody who is asked now stands in the restaurant
    estimates.early_minutes                an order may come before it is expected
    estimates.late_minutes                 and after
    receipts.language                      what receipts are written in
    receipts.shows                         what must stand on them, of RECEIPT_PARTS
    dispatch.lead_minutes                  a courier is looked for before the food is ready
    timeouts.quote_valid_seconds           how long a quoted price holds
    timeouts.payment_seconds               to hear from payments: an authorisation, capture, void or refund
    timeouts.action_seconds                for the customer to confirm the payment
    timeouts.restaurant_accept_seconds     for the restaurant to accept
    timeouts.preparation_seconds           from acceptance until a courier has collected
    timeouts.courier_search_seconds        to find a courier
    timeouts.courier_pickup_seconds        once the food is due, until a courier has come
    timeouts.delivery_seconds              from pick-up to the door
    timeouts.pickup_seconds                for the customer to fetch it, from the promised time on
    timeouts.claim_seconds                 to say that something was wrong, from the door on
    timeouts.claim_decision_seconds        to decide about it
    timeouts.evidence_seconds              for which the photos of a claim are kept once it is decided
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from uuid import UUID

from modules.orders.interface import Axes, ClaimReason, ComponentKind, Party
from tiffin.dto import DTO
from tiffin.money import Money
from tiffin.regions import Policy, Region


class TaxRate(DTO):
    """A row of `tax.rates`: tax as a share of the net price of `category`.

    Where several areas (state, city, district) tax the same category each has a row, and what they ask for
    adds up. `liable` only where the law names somebody else than the party whose amount it is.
    """

    category: str
    rate: Decimal
    area: str = ""
    liable: Party | None = None


class Zone(DTO):
    """A row of `zones`: a part of the region, `radius_m` metres around a point (WGS 84)."""

    code: str
    name: str
    lat: float
    lon: float
    radius_m: int


RECEIPT_PARTS = ("tax_by_rate", "seller_tax_id", "seller_address", "buyer_name", "supplied_at")


class ReceiptIssuer(DTO):
    """A row of `receipts.issuers`: who puts in writing what `party` is liable for.

    `number` and `correction` say what numbers look like: `{seq}` counts, and `{year}` has it begin anew each
    year. `name`, `tax_id` and `address` only where the region knows them; a restaurant's are its own.
    """

    party: Party
    number: str
    correction: str
    name: str = ""
    tax_id: str = ""
    address: str = ""


class DeliveryFee(DTO):
    """A row of `fees.delivery`: `base` covers the first `free_km`, each begun kilometre beyond costs
    `per_km`, never more than `max` in all. Minor units.

    With `zone` (the code of one) it holds for deliveries to there, with `hours` (OpenStreetMap opening_hours,
    the region's clock) at those times.
    """

    base: int
    per_km: int
    free_km: Decimal
    max: int
    zone: str = ""
    hours: str = ""


class ServiceFee(DTO):
    """The row `fees.service`: `rate` of items and options, within `min` and `max` minor units."""

    rate: Decimal
    min: int
    max: int


class SmallOrderFee(DTO):
    """The row `fees.small_order`: `fee` while items and options stay below `threshold`. Minor units."""

    threshold: int
    fee: int


class Pace(DTO):
    """The settings `estimates.…`: how a region moves."""

    answer_minutes: int
    metres_per_minute: int
    door_minutes: int
    collect_minutes: int
    early_minutes: int
    late_minutes: int


@lru_cache(maxsize=64)
def pace_of(region: Region, on: date) -> Pace:
    """What was in force there on that day."""
    return Pace(**{name: region.setting(f"estimates.{name}", int, on=on) for name in Pace.__struct_fields__})


class Redeeming(DTO):
    """The row `rewards.redeeming`: so many `points` are worth `amount` minor units of a bill. Fewer than
    `minimum_points` are not spent at once, and at most `max_share` (0 to 1) of what points can pay for is
    paid with them. `hold_days` is for rewards. A region without the row takes none."""

    points: int
    amount: int
    minimum_points: int = 1
    max_share: Decimal = Decimal(1)
    hold_days: int = 0


class AgeRestriction(DTO):
    """A row of `age_restrictions`: whoever gets something of the tax category must be `minimum_age` years
    old; it is sold at `hours` (OpenStreetMap opening_hours, the restaurant's clock), empty: always."""

    category: str
    minimum_age: int
    hours: str = ""


class PlacingFacts(DTO):
    """What a placing policy may look at. `now_local` is the restaurant's wall clock, `ready_at_local` when
    the food can leave the kitchen; `tax_categories` are those of the basket's items and options."""

    now_local: datetime
    ready_at_local: datetime
    restaurant_id: UUID
    distance_m: int
    subtotal: Money
    tax_categories: frozenset[str]


class PlacingPolicy(Policy, module="orders"):
    """Whether an order may be made at all, asked for each quote and again when it is placed.

    Everything that depends on the restaurant (hours, zone, availability) is checked elsewhere; this is the
    place for the law and custom of the region. Write one method: answer a sentence for the customer, or None.
    """

    def refusal(self, facts: PlacingFacts) -> str | None:
        """Why the order cannot be taken, as a sentence for the customer; None if it can."""
        return None


class Canceller(Enum):
    """Whose doing it is that an order ends early, as far as it may cost the customer something; `age_check`:
    nobody old enough was at the door."""

    CUSTOMER = "customer"
    STAFF = "staff"
    AGE_CHECK = "age_check"


class Stage(Enum):
    """How far an order is when somebody stops it."""

    BEFORE = "before"
    PREPARING = "preparing"
    COURIER_COMING = "courier_coming"
    READY = "ready"
    ON_THE_WAY = "on_the_way"


class Keepable(Enum):
    """What of a bill may be kept: the dishes less what was discounted on them, or a fee."""

    DISHES = "dishes"
    DELIVERY_FEE = "delivery_fee"
    SERVICE_FEES = "service_fees"
    TIP = "tip"


class KeptShare(DTO):
    """A row of `cancellation.kept`: of `what`, `share` (0 to 1) is kept when `by` stops the order at `stage`.
    Where there is one for the customer at a stage, the customer may stop the order then."""

    by: Canceller
    stage: Stage
    what: Keepable
    share: Decimal


class CancellationFacts(DTO):
    """What a cancellation policy may look at; `rows` are those of `cancellation.kept` on the order's day."""

    by: Canceller
    axes: Axes
    placed_at: datetime
    now: datetime
    stage: Stage = Stage.BEFORE
    rows: tuple[KeptShare, ...] = ()


class CancellationPolicy(Policy, module="orders"):
    """Who may still stop an order, when, and what is kept of what was paid.

    The customer may until the restaurant accepts, since from then on food is being made, and later where the
    region says what is kept then; staff may until the order is over. An order that is over cannot be
    cancelled whatever a region says, and what ends for another reason than these, or because nobody old
    enough was at the door, keeps nothing.
    """

    def may_cancel(self, facts: CancellationFacts) -> bool:
        """Whether this actor may stop the order now."""
        if facts.by is Canceller.STAFF or facts.axes.vendor.value in {"not_offered", "offered"}:
            return True
        return bool(self.kept(facts))

    def kept(self, facts: CancellationFacts) -> tuple[KeptShare, ...]:
        """What is kept when this actor stops the order now; of what is not named all goes back."""
        return tuple(row for row in facts.rows if (row.by, row.stage) == (facts.by, facts.stage))


class LateCredit(DTO):
    """A row of `late.credits`: of `what`, `share` (0 to 1) goes back once the order came so many minutes
    after the latest time that was promised. `code` tells the steps apart."""

    code: str
    what: Keepable
    after_minutes: int
    share: Decimal


class LateFacts(DTO):
    """What a late-credit policy may look at. `minutes` is how late it came, without what was the customer's
    own doing; `rows` are those of `late.credits` on the order's day."""

    minutes: int
    total: Money
    rows: tuple[LateCredit, ...]


class LatePolicy(Policy, module="orders"):
    """What goes back when an order came later than was promised: by default what the rows say, of each thing
    the highest step that was reached."""

    def shares(self, facts: LateFacts) -> dict[Keepable, Decimal]:
        """How much of what goes back, each from 0 to 1."""
        reached = sorted(
            (row for row in facts.rows if row.after_minutes <= facts.minutes),
            key=lambda row: row.after_minutes,
        )
        return {row.what: row.share for row in reached}


class ClaimDecision(Enum):
    GRANT = "grant"
    REFUSE = "refuse"
    ASK_STAFF = "ask_staff"


class ClaimFacts(DTO):
    """What a claim policy may look at. `share` is which part of the dishes' price it is about; the counts are
    of the customer's last 90 days, without this claim; `worth` is what would go back."""

    reason: ClaimReason
    share: Decimal
    worth: Money
    total: Money
    orders: int
    claims: int


class ClaimPolicy(Policy, module="orders"):
    """What goes back when something was wrong, and who decides.

    The dishes that are claimed always go back, less what was discounted on them. Of the fees the service and
    the small order fee go back by their share; the delivery fee, the tip and a donation only with the whole
    order. A small claim of somebody who seldom claims is granted at once; staff decide about the others, and
    if they do not in time it is granted.
    """

    seldom = Decimal("0.2")
    small = Decimal("0.5")

    def fees(self, facts: ClaimFacts) -> frozenset[ComponentKind]:
        """The kinds of fees that go back with the dishes."""
        shared = frozenset({ComponentKind.SERVICE_FEE, ComponentKind.SMALL_ORDER_FEE})
        if facts.reason is ClaimReason.NEVER_ARRIVED or facts.share == 1:
            return shared | {ComponentKind.DELIVERY_FEE, ComponentKind.TIP, ComponentKind.DONATION}
        return shared

    def decision(self, facts: ClaimFacts) -> ClaimDecision:
        """Whether the claim is decided at once."""
        small = facts.worth.amount <= facts.total.amount * self.small
        seldom = facts.claims <= facts.orders * self.seldom
        return ClaimDecision.GRANT if small and seldom else ClaimDecision.ASK_STAFF

    def unanswered(self, facts: ClaimFacts) -> ClaimDecision:
        """What becomes of it when nobody decides in time."""
        return ClaimDecision.GRANT
