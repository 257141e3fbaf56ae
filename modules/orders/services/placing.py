"""Placing: a signed quote becomes an order, in one short transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from modules.orders.events import OrderedItem, OrderPlaced
from modules.orders.interface import (
    AgeNotConfirmed,
    BasketItemUnavailable,
    OrderLineView,
    PaymentMethodMissing,
    QuoteAlreadyUsed,
    QuoteExpired,
    QuoteNotYours,
    Wishes,
)
from modules.orders.models import Order, OrderComponent, OrderLine
from modules.orders.pricing import given_of, goods_of, saved_by_membership
from modules.orders.pricing.sharing import shares_of
from modules.orders.quotes import QuoteDocument, read_quote
from modules.orders.selectors import known
from modules.orders.selectors.tracking import course_of, delay, tracking
from modules.orders.services.promotions import use_promotions
from modules.orders.services.recording import record_first
from modules.orders.services.serving import check_open, check_policy
from modules.orders.services.slots import take_slot
from modules.restaurants.interface import RestaurantFacts
from tiffin import clock, db, ids, jobs, regions

_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 5
LONGEST_NOTE = 300


def place_order(
    *,
    customer_id: UUID,
    quote: str,
    payment_method: str,
    note: str = "",
    age_confirmed: bool = False,
) -> Order:
    """Accept an order. Once this returns and its transaction commits, the order cannot be lost.

    Raises the errors of `interface.PLACE_ERRORS`, AgeNotConfirmed and PaymentMethodMissing.
    """
    now = clock.now()
    terms = read_quote(quote)
    if terms.minimum_age and not age_confirmed:
        raise AgeNotConfirmed(minimum_age=terms.minimum_age)
    if terms.price.total and not payment_method:
        raise PaymentMethodMissing(total=str(terms.price.total))
    facts = _check(terms, customer_id, now)
    order = _new_order(terms, payment_method, note)
    _promise_time(order, now)
    placed = _placed(order, terms, now)
    with db.transaction():
        if not record_first(
            order, _lines(order, terms), _components(order, terms), placed, cause="place_order"
        ):
            raise _used_already(order)
        use_promotions(order, terms.price)
        take_slot(order, facts)
        if order.points:
            jobs.add(order, "secure_points", due=now)  # the payment comes after them
        else:
            jobs.add(order, "secure_payment", due=now, shares=shares_of(terms.price))
    return order


def _check(terms: QuoteDocument, customer_id: UUID, now: datetime) -> RestaurantFacts:
    """The price is promised; that the restaurant still can and may serve it is not."""
    if terms.customer_id != customer_id:
        raise QuoteNotYours()
    if now >= terms.expires_at:
        expired_at = regions.get(terms.region).local(terms.expires_at)
        raise QuoteExpired(expired_at=f"{expired_at:%Y-%m-%d %H:%M:%S}")
    facts, unavailable = known.restaurant(terms.restaurant_id, at=now)
    check_open(facts, at=terms.wanted_at or now)
    _check_available(terms, unavailable)
    check_policy(
        facts,
        at=now,
        distance_m=terms.distance_m,
        subtotal=terms.price.subtotal,
        tax_categories=frozenset(component.tax_category for component in terms.price.components),
        wishes=Wishes(fulfilment=terms.fulfilment, wanted_at=terms.wanted_at),
    )
    return facts


def _check_available(terms: QuoteDocument, unavailable: frozenset[UUID]) -> None:
    if not unavailable:
        return
    for line in terms.lines:
        for item_id, title in _titles(line):
            if item_id in unavailable:
                raise BasketItemUnavailable(item_id=str(item_id), dish=title)


def _titles(line: OrderLineView) -> list[tuple[UUID, str]]:
    found, below = [(line.item_id, line.title)], list(line.options)
    while below:
        option = below.pop()
        found.append((option.option_id, option.title))
        below.extend(option.choices)
    return found


def _used_already(order: Order) -> QuoteAlreadyUsed:
    """Of those who place one quote at the same moment one wins: the unique quote id makes the others wait."""
    winner = Order.objects.values_list("id", flat=True).get(quote_id=order.quote_id)
    return QuoteAlreadyUsed(order_id=str(winner))


def _new_order(terms: QuoteDocument, payment_method: str, note: str) -> Order:
    price, order_id = terms.price, ids.new_id()
    return Order(
        id=order_id,
        region=terms.region,
        code=_code_of(order_id),
        quote_id=terms.quote_id,
        customer_id=terms.customer_id,
        restaurant_id=terms.restaurant_id,
        restaurant_name=terms.pickup.name,
        menu_version=terms.menu_version,
        preparation_minutes=terms.preparation_minutes,
        distance_m=terms.distance_m,
        pickup=msgspec.to_builtins(terms.pickup),
        dropoff_lat=terms.dropoff.lat if terms.dropoff else None,
        dropoff_lon=terms.dropoff.lon if terms.dropoff else None,
        sealed=terms.sealed,
        fulfilment_name=terms.fulfilment.value,
        note=note[:LONGEST_NOTE],
        names=terms.names,
        wanted_at=terms.wanted_at,
        minimum_age=terms.minimum_age,
        currency=price.total.currency,
        includes_tax=price.includes_tax,
        subtotal=price.subtotal.amount,
        tax=price.tax.amount,
        total=price.total.amount,
        payment_method=payment_method,
        goods=goods_of(price),
        member_saving=saved_by_membership(price),
        points=terms.points,
        donation=given_of(price),
        charity_id=terms.charity_id,
    )


def _promise_time(order: Order, now: datetime) -> None:
    """Between when and when it is promised: as expected now. It never moves again."""
    late = delay(order.restaurant_id, order.region, at=now)
    order.usual_delay, order.seldom_delay = late.usual, late.seldom
    promised = tracking(course_of(order), order.axes, now=now)
    order.promised_from, order.promised_by = promised.eta_from, promised.eta_by


def _code_of(order_id: UUID) -> str:
    """Five characters that people can say to each other, from the random end of the id."""
    number, code = order_id.int, ""
    for _ in range(_CODE_LENGTH):
        number, index = divmod(number, len(_CODE_ALPHABET))
        code += _CODE_ALPHABET[index]
    return code


def _placed(order: Order, terms: QuoteDocument, now: datetime) -> OrderPlaced:
    return OrderPlaced(
        order_id=order.id,
        customer_id=order.customer_id,
        restaurant_id=order.restaurant_id,
        quote_id=order.quote_id,
        total=terms.price.total,
        items=tuple(
            OrderedItem(item_id=line.item_id, title=line.title, quantity=line.quantity, total=line.total)
            for line in terms.lines
        ),
        placed_at=now,
    )


def _lines(order: Order, terms: QuoteDocument) -> list[OrderLine]:
    return [
        OrderLine(
            order=order,
            number=number,
            item_id=line.item_id,
            title=line.title,
            quantity=line.quantity,
            unit_price=line.unit_price.amount,
            options=msgspec.to_builtins(line.options),
            person=line.person,
            note=line.note,
        )
        for number, line in enumerate(terms.lines)
    ]


def _components(order: Order, terms: QuoteDocument) -> list[OrderComponent]:
    return [
        OrderComponent(
            order=order,
            number=number,
            kind=component.kind.value,
            component_code=component.code,
            label=component.label,
            amount=component.amount.amount,
            tax_category=component.tax_category,
            tax_rate=component.tax_rate,
            tax=component.tax.amount,
            liable=component.liable.value,
            line=component.line,
            party=component.party.value if component.party else "",
            funded_by=component.funded_by.value if component.funded_by else "",
            explanation=component.explanation,
        )
        for number, component in enumerate(terms.price.components)
    ]
