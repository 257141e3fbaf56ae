"""What the pricing steps are given: dishes with their prices, the region's rows, what reduces the bill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from uuid import UUID

from modules.orders.interface import ChosenOption, OrderLineView
from modules.orders.policies import DeliveryFee, ServiceFee, SmallOrderFee, TaxRate
from modules.orders.pricing.points import PointsOffer
from modules.orders.pricing.promotions import Promotion
from modules.subscriptions.interface import Benefit
from tiffin.dto import DTO
from tiffin.money import Money

UNTAXED = "untaxed"
_NO_TAX = (TaxRate(category=UNTAXED, rate=Decimal(0)),)


class TakenOption(DTO):
    """An option of one dish: `price` in minor units is for all `quantity` of it, without the free ones."""

    option_id: UUID
    title: str
    quantity: int
    price: int
    tax_category: str
    options: tuple[TakenOption, ...] = ()

    def flat(self) -> Iterator[TakenOption]:
        """This option and those under it."""
        yield self
        for option in self.options:
            yield from option.flat()

    def view(self, currency: str) -> ChosenOption:
        return ChosenOption(
            option_id=self.option_id,
            title=self.title,
            quantity=self.quantity,
            price=Money(amount=self.price, currency=currency),
            choices=tuple(option.view(currency) for option in self.options),
        )


class Dish(DTO):
    """A line of the basket, found on the menu. `price` in minor units is for one, without options. Whom it is
    for and what the kitchen should know goes with it, and changes nothing."""

    item_id: UUID
    title: str
    quantity: int
    price: int
    tax_category: str
    options: tuple[TakenOption, ...] = ()
    person: int | None = None
    for_person: str = ""
    note: str = ""

    def all_options(self) -> Iterator[TakenOption]:
        for option in self.options:
            yield from option.flat()

    @property
    def unit_price(self) -> int:
        """One dish with its options."""
        return self.price + sum(option.price for option in self.all_options())

    def view(self, currency: str) -> OrderLineView:
        return OrderLineView(
            item_id=self.item_id,
            title=self.title,
            quantity=self.quantity,
            unit_price=Money(amount=self.unit_price, currency=currency),
            total=Money(amount=self.unit_price * self.quantity, currency=currency),
            options=tuple(option.view(currency) for option in self.options),
            person=self.person,
            for_person=self.for_person,
            note=self.note,
        )


class Member(DTO):
    """A customer whose membership brings them `benefits` in the regions `valid_in`, where they order in
    `region`."""

    region: str
    benefits: tuple[Benefit, ...]
    valid_in: tuple[str, ...]


class Terms(DTO):
    """Everything a price depends on. `tax_rates` are by category, one for each area that taxes it, and know
    `food`, which stands in for a category that the region does not name; tips are untaxed. Fees that are None
    are not asked for here. `promotions` are those that the customer may have, `rounding` the minor units of
    which the total is a multiple. `rounds_up`: what is missing to the next whole unit of the currency is
    given to a charity; else `donation` is."""

    currency: str
    prices_include_tax: bool
    dishes: tuple[Dish, ...]
    distance_m: int
    tax_rates: dict[str, tuple[TaxRate, ...]]
    delivery_fee: DeliveryFee | None = None
    service_fee: ServiceFee | None = None
    small_order_fee: SmallOrderFee | None = None
    promotions: tuple[Promotion, ...] = ()
    member: Member | None = None
    points: PointsOffer | None = None
    tip: int = 0
    donation: int = 0
    rounds_up: bool = False
    rounding: int = 1

    @property
    def subtotal(self) -> int:
        """Items and options, minor units."""
        return sum(dish.unit_price * dish.quantity for dish in self.dishes)

    def money(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.currency)

    def rates_of(self, category: str) -> tuple[TaxRate, ...]:
        if category == UNTAXED:
            return _NO_TAX
        return self.tax_rates.get(category) or self.tax_rates["food"]


def by_category(rates: Iterable[TaxRate]) -> dict[str, tuple[TaxRate, ...]]:
    """A region's rows as `Terms` wants them."""
    found: dict[str, tuple[TaxRate, ...]] = {}
    for rate in rates:
        found[rate.category] = (*found.get(rate.category, ()), rate)
    return found
