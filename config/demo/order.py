"""A first order to try, as one line for a shell, and the cards to pay with."""

from __future__ import annotations

from config.demo import people
from config.demo.places import Place
from modules.restaurants.interface import Item

CARDS = (
    {"method": "pm_card_visa", "what": "succeeds"},
    {"method": "pm_card_chargeDeclined", "what": "is declined"},
    {"method": "pm_card_authenticationRequired", "what": "asks the customer to confirm on a page"},
    {"method": "pm_card_timeout", "what": "succeeds, but the first answer is lost"},
)
_ORIGIN = "U={origin}/api/v1;"

# Log in, take the address in London, quote, place. `sed` picks what the next step needs.
_LINE = (
    _ORIGIN + " J='Content-Type: application/json'; "
    """T=$(curl -s $U/auth/login -H "$J" -d '{{"email":"{email}","password":"{password}"}}'"""
    """ | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/'); """
    """A=$(curl -s $U/me/addresses -H "Authorization: Bearer $T" | grep -o '"London"[^}}]*'"""
    """ | sed 's/.*"ticket": *"\\([^"]*\\)".*/\\1/'); """
    """Q=$(curl -s $U/quotes -H "$J" -H "Authorization: Bearer $T" """
    """-d '{{"restaurant_id":"{restaurant}","lines":[{{"item_id":"{item}","quantity":{quantity}}}],"""
    """"address_ticket":"'$A'"}}' | sed 's/.*"token": *"\\([^"]*\\)".*/\\1/'); """
    """curl -s $U/orders -H "$J" -H "Authorization: Bearer $T" -H "Idempotency-Key: $(date +%s)-$$" """
    """-d '{{"quote":"'$Q'","payment_method":"pm_card_visa","age_confirmed":true}}'"""
)


def curl(origin: str, place: Place) -> str:
    """One line for a POSIX shell that places an order with `place` and prints it."""
    dish = _plain_dish(place)
    return _LINE.format(
        origin=origin,
        email=people.ALICE,
        password=people.PASSWORD,
        restaurant=place.id,
        item=dish.id,
        quantity=-(-place.min_order // dish.price),
    )


def elsewhere(line: str, origin: str) -> str:
    """The same line for the same platform at another address."""
    return _ORIGIN.format(origin=origin) + line.partition(";")[2]


def _plain_dish(place: Place) -> Item:
    """The first dish that costs something and is complete without choosing anything."""
    return next(
        item
        for category in place.menu.categories
        for item in category.items
        if item.price and not any(group.min for group in item.groups)
    )
