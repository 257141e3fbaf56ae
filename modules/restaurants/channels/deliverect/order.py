"""An order as Deliverect reads it. Who ordered, and where it goes, stays with us: our couriers bring it. Whom
of those who eat together a dish is for is in its remark, so that its bag can be labelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from modules.restaurants.interface import TicketChoice, TicketKind, TicketLine, TicketView
from tiffin.money import minor_units

PICKUP, DELIVERY = 1, 2
PAID_ONLINE = 3
CANCEL = 100

Codes = Mapping[UUID, str]


class CodeUnknown(LookupError):
    """The till could not tell what to cook; the message says which dish has no PLU."""


def order_document(order: TicketView, codes: Codes, *, ready_at: datetime, courier: str) -> dict[str, Any]:
    """The body of "Create Order". Amounts are minor units, of which `decimalDigits` says how many places they
    are; what is paid is what the items cost together.

    Raises CodeUnknown.
    """
    items = [_item(line, codes) for line in order.lines]
    is_pickup = order.fulfilment is TicketKind.PICKUP
    made = {
        "channelOrderId": str(order.order_id),
        "channelOrderDisplayId": order.reference,
        "orderType": PICKUP if is_pickup else DELIVERY,
        "deliveryIsAsap": order.wanted_at is None,
        "placedTime": _utc(order.placed_at),
        "pickupTime": _utc(order.wanted_at if is_pickup and order.wanted_at else ready_at),
        "courier": courier,
        "decimalDigits": minor_units(order.total.currency),
        "payment": {"amount": order.total.amount, "type": PAID_ONLINE, "due": 0},
        "orderIsAlreadyPaid": True,
        "items": items,
        "note": order.note,
    }
    if order.wanted_at is not None and not is_pickup:
        made["deliveryTime"] = _utc(order.wanted_at)
    return made


def cancellation(order: TicketView, reason: str) -> dict[str, Any]:
    """The body of "Cancel Order", which goes where the order went."""
    return {
        "channelOrderId": str(order.order_id),
        "channelOrderDisplayId": order.reference,
        "status": CANCEL,
        "cancellationReason": reason or order.reason,
    }


def _item(line: TicketLine, codes: Codes) -> dict[str, Any]:
    if line.item_id is None or line.price is None:
        raise CodeUnknown(f"The order does not say which dish “{line.title}” is.")
    item: dict[str, Any] = {
        "plu": _code(line.item_id, line.title, codes),
        "name": line.title,
        "price": line.price - sum(price_of(choice) for choice in line.choices),
        "quantity": line.count,
        "subItems": [item for choice in line.choices for item in _sub_items(choice, codes)],
    }
    remark = ": ".join(part for part in (line.bag, line.note) if part)
    return {**item, "remark": remark} if remark else item


def price_of(choice: TicketChoice) -> int:
    """With what was chosen below it."""
    return choice.price + sum(price_of(inner) for inner in choice.choices)


def _sub_items(choice: TicketChoice, codes: Codes) -> Iterator[dict[str, Any]]:
    """Deliverect wants the price of one: where some are free, or it does not divide, they come apart. What
    was chosen below goes with one of them, because it was chosen once."""
    code = _code(choice.item_id, choice.title, codes)
    unit, rest = divmod(choice.price, choice.count)
    inner = [item for each in choice.choices for item in _sub_items(each, codes)]
    pieces: list[tuple[int, int, list[dict[str, Any]]]] = [(choice.count - rest, unit, inner)]
    if inner:
        pieces = [(1, unit, inner), (choice.count - rest - 1, unit, [])]
    for quantity, price, below in (*pieces, (rest, unit + 1, [])):
        if quantity:
            yield {
                "plu": code,
                "name": choice.title,
                "price": price,
                "quantity": quantity,
                "subItems": below,
            }


def _code(item_id: UUID, title: str, codes: Codes) -> str:
    code = codes.get(item_id)
    if not code:
        raise CodeUnknown(f"No menu of the last ones says which PLU “{title}” has; publish it again.")
    return code


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
