"""The order as Deliverect's document has it: what it costs is what is paid."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from modules.restaurants.channels.deliverect.order import order_document, price_of
from modules.restaurants.interface import (
    ItemId,
    OrderId,
    RestaurantId,
    TicketChoice,
    TicketLine,
    TicketState,
    TicketView,
)
from tiffin import clock
from tiffin.money import Money

PRICES = st.integers(min_value=0, max_value=5_000)


@st.composite
def choices(draw: st.DrawFn, depth: int = 2) -> TicketChoice:
    below = draw(st.lists(choices(depth=depth - 1), max_size=2)) if depth else []
    count = draw(st.integers(min_value=1, max_value=7))
    return TicketChoice(
        item_id=ItemId(UUID(int=draw(st.integers(1, 5)))),
        title="Option",
        count=count,
        price=draw(PRICES),
        choices=tuple(below),
    )


@given(
    st.lists(st.tuples(PRICES, st.lists(choices(), max_size=3), st.integers(1, 5)), min_size=1, max_size=4)
)
@settings(max_examples=200, deadline=None)
def test_the_items_cost_what_is_paid(drawn: list[tuple[int, list[TicketChoice], int]]) -> None:
    """Whatever is free, nested, or does not divide."""
    lines = tuple(
        TicketLine(
            title="Dish",
            count=count,
            item_id=ItemId(UUID(int=9)),
            price=price + sum(price_of(choice) for choice in chosen),
            choices=tuple(chosen),
        )
        for price, chosen, count in drawn
    )
    total = sum((line.price or 0) * line.count for line in lines)
    now = clock.now()
    order = TicketView(
        order_id=OrderId(UUID(int=1)),
        restaurant_id=RestaurantId(UUID(int=2)),
        restaurant_name="Corner",
        reference="K7Q4",
        state=TicketState.OFFERED,
        lines=lines,
        placed_at=now,
        accept_by=now,
        total=Money(amount=total, currency="GBP"),
    )

    made = order_document(
        order, {UUID(int=n): f"PLU-{n}" for n in range(1, 10)}, ready_at=now, courier="tiffin"
    )

    def cost(item: dict[str, Any]) -> int:
        assert item["price"] >= 0
        assert item["quantity"] > 0
        return int(item["quantity"] * (item["price"] + sum(map(cost, item["subItems"]))))

    assert sum(map(cost, made["items"])) == made["payment"]["amount"] == total
