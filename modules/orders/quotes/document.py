"""What a quote says: who may place it until when, what will be cooked, where it goes, what it costs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from modules.orders.interface import Fulfilment, OrderLineView, Point, Price, QuoteId
from tiffin.dto import DTO


class Pickup(DTO):
    """Where the courier fetches it."""

    name: str
    address: str
    point: Point


class QuoteDocument(DTO):
    """`sealed` is the customer's address as identity handed it out: it opens only with the customer's key.
    What is fetched goes nowhere. `names` are those whom the lines are for, by their `person`, sealed
    likewise; the lines themselves name nobody. `points` are what pays the components of that kind."""

    quote_id: QuoteId
    customer_id: UUID
    region: str
    restaurant_id: UUID
    menu_version: int
    issued_at: datetime
    expires_at: datetime
    pickup: Pickup
    dropoff: Point | None
    sealed: str
    distance_m: int
    preparation_minutes: int
    lines: tuple[OrderLineView, ...]
    price: Price
    fulfilment: Fulfilment = Fulfilment.DELIVERY
    wanted_at: datetime | None = None
    minimum_age: int = 0
    names: str = ""
    points: int = 0
    charity_id: UUID | None = None
