"""Quoting: the price of a basket, from what orders holds itself. No other module is asked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from modules.orders.basket import find_dishes
from modules.orders.geography import distance_m
from modules.orders.interface import (
    AddressTicketInvalid,
    BasketLine,
    MinimumOrderNotMet,
    OrderTooExpensive,
    Point,
    Price,
    QuoteId,
    QuoteView,
    TipWrong,
)
from modules.orders.policies import DeliveryFee, ServiceFee, SmallOrderFee, TaxRate
from modules.orders.pricing import Dish, Terms, price
from modules.orders.quotes import Pickup, QuoteDocument, sign_quote
from modules.orders.selectors import known
from modules.orders.services.addresses import AddressTicket, read_ticket
from modules.orders.services.serving import check_open, check_policy, check_zone
from modules.restaurants.interface import RestaurantFacts
from tiffin import clock, ids, regions
from tiffin.money import Money
from tiffin.regions import Region


def quote_basket(
    *,
    restaurant_id: UUID,
    lines: tuple[BasketLine, ...],
    customer_id: UUID | None = None,
    address_ticket: str | None = None,
    point: Point | None = None,
    tip: int = 0,
) -> QuoteView:
    """Price a basket and, for a customer with an address, promise that price until it expires.

    Raises the errors of `interface.QUOTE_ERRORS`.
    """
    if tip < 0:
        raise TipWrong()
    now = clock.now()
    facts, unavailable = known.restaurant(restaurant_id, at=now)
    region = regions.get(facts.region)
    today = region.local(now).date()
    ticket = read_ticket(address_ticket, customer_id) if address_ticket is not None else None
    where = ticket.point if ticket is not None else point
    if where is None:
        raise AddressTicketInvalid()
    check_open(facts, at=now)
    check_zone(facts, where)
    metres = distance_m(facts.point, where)
    dishes = _dishes(lines, facts, unavailable, now)
    bill = _price(dishes, region, today, distance=metres, tip=tip)
    _check_amounts(facts, bill, region, today)
    check_policy(
        facts,
        at=now,
        distance_m=metres,
        subtotal=bill.subtotal,
        tax_categories=frozenset(component.tax_category for component in bill.components),
    )
    view = _view(facts, region, now, metres, dishes, bill)
    if customer_id is None or ticket is None:
        return view
    return _promise(view, facts, now, customer_id, ticket)


def _dishes(
    lines: tuple[BasketLine, ...], facts: RestaurantFacts, unavailable: frozenset[UUID], now: datetime
) -> tuple[Dish, ...]:
    menu = known.menu(facts.id, facts.menu_version)
    region = regions.get(facts.region)

    def available(item_id: UUID) -> bool:
        on_menu = menu.item(item_id) is not None
        served = not on_menu or menu.is_served(item_id, at=now, zone=facts.time_zone)
        return served and item_id not in unavailable

    maximum = region.setting("caps.order_items", int, on=region.local(now).date())
    return find_dishes(lines, menu=menu, available=available, maximum_items=maximum)


def _price(dishes: tuple[Dish, ...], region: Region, today: date, *, distance: int, tip: int) -> Price:
    rates = region.rules("tax.rates", TaxRate, on=today)
    return price(
        Terms(
            currency=region.currency,
            prices_include_tax=region.prices_include_tax,
            dishes=dishes,
            distance_m=distance,
            tax_rates={rate.category: rate for rate in rates},
            delivery_fee=region.rule("fees.delivery", DeliveryFee, on=today),
            service_fee=region.rule("fees.service", ServiceFee, on=today),
            small_order_fee=region.rule("fees.small_order", SmallOrderFee, on=today),
            tip=tip,
        )
    )


def _check_amounts(facts: RestaurantFacts, bill: Price, region: Region, today: date) -> None:
    if bill.subtotal < facts.min_order:
        raise MinimumOrderNotMet(minimum=str(facts.min_order), missing=str(facts.min_order - bill.subtotal))
    maximum = Money(amount=region.setting("caps.order_amount", int, on=today), currency=region.currency)
    if bill.total > maximum:
        raise OrderTooExpensive(maximum=str(maximum), total=str(bill.total))


def _view(
    facts: RestaurantFacts, region: Region, now: datetime, metres: int, dishes: tuple[Dish, ...], bill: Price
) -> QuoteView:
    valid = region.setting("timeouts.quote_valid_seconds", int, on=region.local(now).date())
    return QuoteView(
        quote_id=QuoteId(ids.new_id()),
        token=None,
        expires_at=now + timedelta(seconds=valid),
        region=region.code,
        restaurant_id=facts.id,
        restaurant_name=facts.name,
        menu_version=facts.menu_version,
        distance_m=metres,
        ready_in_minutes=facts.preparation_minutes,
        lines=tuple(dish.view(region.currency) for dish in dishes),
        price=bill,
    )


def _promise(
    view: QuoteView, facts: RestaurantFacts, now: datetime, customer_id: UUID, ticket: AddressTicket
) -> QuoteView:
    """The quote with the token by which this customer may place it."""
    document = QuoteDocument(
        quote_id=view.quote_id,
        customer_id=customer_id,
        region=view.region,
        restaurant_id=facts.id,
        menu_version=view.menu_version,
        issued_at=now,
        expires_at=view.expires_at,
        pickup=Pickup(name=facts.name, address=f"{facts.area}, {facts.city}", point=facts.point),
        dropoff=ticket.point,
        sealed=ticket.sealed,
        distance_m=view.distance_m,
        preparation_minutes=facts.preparation_minutes,
        lines=view.lines,
        price=view.price,
    )
    promised: QuoteView = msgspec.structs.replace(view, token=sign_quote(document))
    return promised
