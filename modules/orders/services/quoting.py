"""Quoting: the price of a basket, from what orders holds itself. Only who wants to spend points or to
give to a charity has rewards asked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
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
    Wishes,
)
from modules.orders.policies import ServiceFee, SmallOrderFee, TaxRate
from modules.orders.pricing import Dish, Terms, benefits, by_category, given_of, hints, price
from modules.orders.quotes import Pickup, QuoteDocument, sign_quote
from modules.orders.selectors import known
from modules.orders.selectors.promotions import OnOffer, on_offer
from modules.orders.services import redeeming
from modules.orders.services.addresses import AddressTicket, read_ticket
from modules.orders.services.codes import answer
from modules.orders.services.giving import check_donation
from modules.orders.services.naming import seal_names
from modules.orders.services.serving import check_open, check_policy, check_zone, minimum_age
from modules.orders.services.slots import check_in_reach, check_slot
from modules.orders.tariffs import delivery_fee
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
    wishes: Wishes | None = None,
) -> QuoteView:
    """Price a basket and, for a customer with an address, promise that price until it expires.

    Raises the errors of `interface.QUOTE_ERRORS`, LineTextWrong and DonationWrong.
    """
    wishes = wishes or Wishes()
    if tip < 0 or (tip and wishes.is_fetched):
        raise TipWrong()
    now = clock.now()
    facts, unavailable = known.restaurant(restaurant_id, at=now)
    wishes = check_donation(wishes, facts.region)
    ticket = None
    if address_ticket is not None and not wishes.is_fetched:
        ticket = read_ticket(address_ticket, customer_id)
    to = facts.point if wishes.is_fetched else _door(facts, ticket, point)
    here = _Setting(facts, regions.get(facts.region), to, now, wishes)
    _check_time(here)
    code = wishes.promotion_code
    offer = on_offer(here.region, restaurant_id=facts.id, customer_id=customer_id, code=code, at=now)
    terms = _terms(here, _dishes(here, lines, unavailable), offer, tip)
    purse = redeeming.open_purse(wishes, customer_id, here.region, here.today)
    member = known.member(customer_id, facts.region, at=now) if customer_id is not None else None
    terms = msgspec.structs.replace(terms, points=purse.offer, member=member)
    bill = price(terms)
    _check_bill(here, terms, bill)
    view = msgspec.structs.replace(_view(here, terms, bill), points=redeeming.answer(purse, bill))
    if code:
        view = msgspec.structs.replace(view, promotion_code=answer(code, offer, terms, bill))
    if customer_id is None or (ticket is None and not wishes.is_fetched):
        return view
    return _promise(here, view, customer_id, ticket)


def _check_time(here: _Setting) -> None:
    """Whether it can be had when it is wanted. Raises PlacingRefused, RestaurantClosed, RestaurantPaused."""
    wanted_at = here.wishes.wanted_at
    if wanted_at is not None:
        check_in_reach(here.facts, wanted_at, now=here.now)
    check_open(here.facts, at=here.then)
    if wanted_at is not None:
        check_slot(here.facts, wanted_at, here.wishes.fulfilment, now=here.now)


def _door(facts: RestaurantFacts, ticket: AddressTicket | None, point: Point | None) -> Point:
    """Where it is brought. Raises AddressTicketInvalid, AddressOutsideZone."""
    to = point if ticket is None else ticket.point
    if to is None:
        raise AddressTicketInvalid()
    check_zone(facts, to)
    return to


class _Setting(NamedTuple):
    """Where and when a basket is priced."""

    facts: RestaurantFacts
    region: Region
    to: Point
    now: datetime
    wishes: Wishes

    @property
    def then(self) -> datetime:
        """When it is wanted."""
        return self.wishes.wanted_at or self.now

    @property
    def today(self) -> date:
        """The region's day."""
        return self.region.local(self.now).date()

    def money(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.region.currency)


def _dishes(here: _Setting, lines: tuple[BasketLine, ...], unavailable: frozenset[UUID]) -> tuple[Dish, ...]:
    menu = known.menu(here.facts.id, here.facts.menu_version)

    def available(item_id: UUID) -> bool:
        on_menu = menu.item(item_id) is not None
        served = not on_menu or menu.is_served(item_id, at=here.then, zone=here.facts.time_zone)
        return served and item_id not in unavailable

    maximum = here.region.setting("caps.order_items", int, on=here.today)
    return find_dishes(lines, menu=menu, available=available, maximum_items=maximum)


def _terms(here: _Setting, dishes: tuple[Dish, ...], offer: OnOffer, tip: int) -> Terms:
    region, today = here.region, here.today
    return Terms(
        currency=region.currency,
        prices_include_tax=region.prices_include_tax,
        dishes=dishes,
        distance_m=distance_m(here.facts.point, here.to),
        tax_rates=by_category(region.rules("tax.rates", TaxRate, on=today)),
        delivery_fee=None if here.wishes.is_fetched else delivery_fee(region, to=here.to, at=here.then),
        service_fee=region.rule("fees.service", ServiceFee, on=today),
        small_order_fee=region.rule("fees.small_order", SmallOrderFee, on=today),
        promotions=offer.promotions,
        tip=tip,
        donation=here.wishes.donation or 0,
        rounds_up=here.wishes.charity_id is not None and here.wishes.donation is None,
        rounding=region.setting("rounding", int, on=today),
    )


def _check_bill(here: _Setting, terms: Terms, bill: Price) -> None:
    """Raises MinimumOrderNotMet, OrderTooExpensive, PlacingRefused."""
    least = here.facts.min_order
    if bill.subtotal < least:
        raise MinimumOrderNotMet(minimum=str(least), missing=str(least - bill.subtotal))
    most = here.money(here.region.setting("caps.order_amount", int, on=here.today))
    if bill.total > most:
        raise OrderTooExpensive(maximum=str(most), total=str(bill.total))
    check_policy(
        here.facts,
        at=here.now,
        distance_m=terms.distance_m,
        subtotal=bill.subtotal,
        tax_categories=frozenset(component.tax_category for component in bill.components),
        wishes=here.wishes,
    )


def _view(here: _Setting, terms: Terms, bill: Price) -> QuoteView:
    facts, region, today = here.facts, here.region, here.today
    valid = region.setting("timeouts.quote_valid_seconds", int, on=today)
    tips = region.setting("tips.presets", list[int], on=today)
    given = given_of(bill)
    return QuoteView(
        quote_id=QuoteId(ids.new_id()),
        token=None,
        expires_at=here.now + timedelta(seconds=valid),
        region=region.code,
        restaurant_id=facts.id,
        restaurant_name=facts.name,
        menu_version=facts.menu_version,
        distance_m=terms.distance_m,
        ready_in_minutes=facts.preparation_minutes,
        lines=tuple(dish.view(region.currency) for dish in terms.dishes),
        price=bill,
        hints=hints(terms),
        benefits=benefits(terms),
        tip_presets=() if here.wishes.is_fetched else tuple(here.money(tip) for tip in tips),
        fulfilment=here.wishes.fulfilment,
        wanted_at=here.wishes.wanted_at,
        minimum_age=minimum_age(region, {each.tax_category for each in bill.components}, at=here.now),
        charity_id=here.wishes.charity_id if given else None,
        donation=here.money(given) if given else None,
    )


def _promise(here: _Setting, view: QuoteView, customer_id: UUID, ticket: AddressTicket | None) -> QuoteView:
    """The quote with the token by which this customer may place it."""
    facts = here.facts
    lines, names = seal_names(view.lines, customer_id)
    document = QuoteDocument(
        quote_id=view.quote_id,
        customer_id=customer_id,
        region=view.region,
        restaurant_id=facts.id,
        menu_version=view.menu_version,
        issued_at=here.now,
        expires_at=view.expires_at,
        pickup=Pickup(name=facts.name, address=f"{facts.area}, {facts.city}", point=facts.point),
        dropoff=ticket.point if ticket else None,
        sealed=ticket.sealed if ticket else "",
        distance_m=view.distance_m,
        preparation_minutes=facts.preparation_minutes,
        lines=lines,
        price=view.price,
        fulfilment=here.wishes.fulfilment,
        wanted_at=here.wishes.wanted_at,
        minimum_age=view.minimum_age,
        names=names,
        points=view.points.points if view.points else 0,
        charity_id=view.charity_id,
    )
    promised: QuoteView = msgspec.structs.replace(view, token=sign_quote(document))
    return promised
