"""Baskets, prices and quotes: what a customer wants, and what it costs line by line."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NewType
from uuid import UUID

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money

QuoteId = NewType("QuoteId", UUID)


class Choice(DTO):
    """An option taken from a group of the menu; options may have groups of their own."""

    group_id: UUID
    option_id: UUID
    quantity: int = 1
    choices: tuple[Choice, ...] = ()


class BasketLine(DTO):
    """`quantity` times one item of the menu, each with the same choices. Those who order together say whom it
    is for, and what the kitchen should know about it; neither changes the price."""

    item_id: UUID
    quantity: int = 1
    choices: tuple[Choice, ...] = ()
    for_person: str = ""
    note: str = ""


class Fulfilment(OpenEnum):
    """How the food gets to the customer: somebody brings it, or they fetch it."""

    DELIVERY = "delivery"
    PICKUP = "pickup"
    UNKNOWN = "unknown"


class Wishes(DTO):
    """How and when a basket is wanted: brought or fetched, `wanted_at` the beginning of a slot or as soon as
    possible, with a promotion's code or without. At most `points` are spent on it, or with `all_points` as
    many as there are. With `charity_id` the customer gives `donation` minor units on top, or, when that is
    None, what is missing to the next whole unit of the currency."""

    fulfilment: Fulfilment = Fulfilment.DELIVERY
    wanted_at: datetime | None = None
    promotion_code: str | None = None
    points: int | None = None
    all_points: bool = False
    charity_id: UUID | None = None
    donation: int | None = None

    @property
    def is_fetched(self) -> bool:
        return self.fulfilment is Fulfilment.PICKUP


class ComponentKind(OpenEnum):
    """What an amount is for, in the order of the price pipeline."""

    ITEM = "item"
    OPTION = "option"
    PROMOTION = "promotion"
    DELIVERY_FEE = "delivery_fee"
    SERVICE_FEE = "service_fee"
    SMALL_ORDER_FEE = "small_order_fee"
    MEMBER_BENEFIT = "member_benefit"
    POINTS = "points"
    TIP = "tip"
    TAX = "tax"
    DONATION = "donation"
    ROUNDING = "rounding"
    UNKNOWN = "unknown"


class Party(OpenEnum):
    """Whose an amount is, who pays for a discount, who owes a tax."""

    RESTAURANT = "restaurant"
    PLATFORM = "platform"
    COURIER = "courier"
    CHARITY = "charity"
    UNKNOWN = "unknown"


class PriceComponent(DTO):
    """One amount of a bill. `tax` is part of `amount` where prices include tax; where they do not, it comes
    again as components of kind TAX, one for each area that asks for it. `liable` owes the tax, `party` is
    whose amount it is, `funded_by` pays for a discount. `line` is the index of the order line it belongs to.
    `explanation` says how the amount came about."""

    kind: ComponentKind
    code: str
    label: str
    amount: Money
    tax_category: str
    tax_rate: Decimal
    tax: Money
    liable: Party
    line: int | None = None
    party: Party | None = None
    funded_by: Party | None = None
    explanation: str = ""


class Price(DTO):
    """A bill: the components sum to `total` to the unit. `subtotal` is items and options alone."""

    components: tuple[PriceComponent, ...]
    subtotal: Money
    tax: Money
    total: Money
    includes_tax: bool


class ChosenOption(DTO):
    """An option as it stood on the menu; `price` is for all `quantity` of it in one dish."""

    option_id: UUID
    title: str
    quantity: int
    price: Money
    choices: tuple[ChosenOption, ...] = ()


class OrderLineView(DTO):
    """A line as it stood on the menu; `unit_price` includes the options, `total` all `quantity` of them.
    Lines of the same `person` (numbered from 1; None: nobody is named) are for the same one of those who eat
    together; `for_person` is the name, which nobody but the customer and the kitchen reads."""

    item_id: UUID
    title: str
    quantity: int
    unit_price: Money
    total: Money
    options: tuple[ChosenOption, ...] = ()
    person: int | None = None
    for_person: str = ""
    note: str = ""


class PersonShare(DTO):
    """What one of those who eat together pays: `dishes` are theirs, less what was discounted on them,
    `shared` is an equal part of what is for all (fees, delivery, tip, rounding), both with their tax; `total`
    is the two, `tax` what of it is tax. `person` is None for the dishes that nobody is named for. `lines` are
    indexes of the order's lines. `name` is empty where nobody can open it (any more)."""

    person: int | None
    name: str
    lines: tuple[int, ...]
    dishes: Money
    shared: Money
    total: Money
    tax: Money


class PromotionKind(OpenEnum):
    """What a promotion gives: a share or an amount off, some of several dishes, or the delivery."""

    PERCENTAGE = "percentage"
    FIXED = "fixed"
    BUY_X_GET_Y = "buy_x_get_y"
    FREE_DELIVERY = "free_delivery"
    UNKNOWN = "unknown"


class HintKind(OpenEnum):
    """What would make a basket cheaper."""

    SPEND_MORE = "spend_more"
    ADD_DISHES = "add_dishes"
    UNKNOWN = "unknown"


class Hint(DTO):
    """What would make the basket cheaper: dishes worth `missing` more, or `dishes` more of what a promotion
    is for; it then saves `saves`. `code` is that of the component it is about."""

    kind: HintKind
    code: str
    text: str
    saves: Money
    missing: Money | None = None
    dishes: int | None = None


class MemberBenefit(DTO):
    """What a benefit of the customer's membership did for the basket: `saved`; or why it did nothing, by the
    codes of subscriptions' `Refusal`, and how much is `missing` for it. `kind` is one of its `BenefitKind`,
    and the code of the component that it is."""

    kind: str
    saved: Money
    refusal: str = ""
    missing: Money | None = None


class CodeOutcome(OpenEnum):
    """What became of a promotion code."""

    APPLIED = "applied"
    NOT_KNOWN = "not_known"
    NOT_NOW = "not_now"
    NOT_HERE = "not_here"
    NOT_FOR_YOU = "not_for_you"
    MEMBERS_ONLY = "members_only"
    USED_UP = "used_up"
    MINIMUM_NOT_MET = "minimum_not_met"
    NOTHING_TO_REDUCE = "nothing_to_reduce"
    ANOTHER_SAVES_MORE = "another_saves_more"
    UNKNOWN = "unknown"


class CodeAnswer(DTO):
    """What became of the promotion code that came with the basket, and a sentence that says so."""

    code: str
    outcome: CodeOutcome
    text: str


class PointsOutcome(OpenEnum):
    """What became of the wish to spend points."""

    APPLIED = "applied"
    FEWER = "fewer"
    NONE_LEFT = "none_left"
    NOT_USABLE = "not_usable"
    NOT_HERE = "not_here"
    BELOW_MINIMUM = "below_minimum"
    NOTHING_TO_PAY = "nothing_to_pay"
    NOT_LOOKED_UP = "not_looked_up"
    UNKNOWN = "unknown"


class PointsAnswer(DTO):
    """What became of the wish to spend points, and a sentence that says so: `points` are spent, which take
    `worth` off the bill; never more of them than that takes. `available` is what the customer has; None
    when it could not be looked up."""

    points: int
    worth: Money
    outcome: PointsOutcome
    text: str
    available: int | None = None


class SlotView(DTO):
    """A time that can be ordered for; `is_free` until its last place is taken."""

    starts_at: datetime
    ends_at: datetime
    is_free: bool


class QuoteView(DTO):
    """A price, and until `expires_at` the promise to keep it. `token` is None for a preview, which cannot be
    placed: it has no customer or no address. `hints` say what would make it cheaper, what is missing least
    first; `tip_presets` are the tips to offer. Whoever gets it must be `minimum_age` years old (0: it does
    not matter). `donation` is what the total holds for the charity, `benefits` say what the customer's
    membership did."""

    quote_id: QuoteId
    token: str | None
    expires_at: datetime
    region: str
    restaurant_id: UUID
    restaurant_name: str
    menu_version: int
    distance_m: int
    ready_in_minutes: int
    lines: tuple[OrderLineView, ...]
    price: Price
    hints: tuple[Hint, ...] = ()
    tip_presets: tuple[Money, ...] = ()
    promotion_code: CodeAnswer | None = None
    fulfilment: Fulfilment = Fulfilment.DELIVERY
    wanted_at: datetime | None = None
    minimum_age: int = 0
    points: PointsAnswer | None = None
    charity_id: UUID | None = None
    donation: Money | None = None
    benefits: tuple[MemberBenefit, ...] = ()
