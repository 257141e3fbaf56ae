"""Loses one order in a thousand after it was acknowledged, as a commit that was none would."""

from __future__ import annotations

from functools import wraps
from itertools import count
from typing import Any

from django.apps import AppConfig

ONE_IN = 1_000
FIRST = 10  # of those that a process takes: a short run must meet it


class SabotageConfig(AppConfig):
    name = "tests.faults.sabotage"
    label = "sabotage"

    def ready(self) -> None:
        from modules.orders import services
        from tiffin.db import on_commit

        place, numbers = services.place_order, count(1)

        @wraps(place)
        def place_and_lose(**asked: Any) -> Any:
            order = place(**asked)
            if next(numbers) % ONE_IN == FIRST:
                on_commit(lambda: _lose(order), owner="orders")
            return order

        services.place_order = place_and_lose


def _lose(order: Any) -> None:
    from django.db import connections

    with connections["orders"].cursor() as cursor:
        for table, column in (
            ("job", "key"),
            ("log_event", "key"),
            ("orders_timelineentry", "order_id"),
            ("orders_ordercomponent", "order_id"),
            ("orders_orderline", "order_id"),
            ("orders_order", "id"),
        ):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [order.id])
