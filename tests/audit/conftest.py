"""An evening's orders, each at another end, and a way to break things past every rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from modules.orders.interface import OrderView
from modules.orders.tests import scenes
from modules.orders.tests.conftest import _own_context
from tiffin import ids
from tiffin.testing import settle

__all__ = ["_own_context"]


class Evening(NamedTuple):
    """`delivered` was paid, `refunded` paid and given back, `cancelled` let go again, `declined` never paid;
    `waiting` waits for the restaurant."""

    kitchen: scenes.Kitchen
    delivered: OrderView
    refunded: OrderView
    cancelled: OrderView
    declined: OrderView
    waiting: OrderView

    @property
    def order_ids(self) -> list[UUID]:
        return [order.id for order in self[1:]]


@pytest.fixture
def evening(database: object) -> Evening:
    kitchen, courier = scenes.open_kitchen(), scenes.courier_on_shift()
    delivered, refunded, cancelled, waiting = (scenes.place(kitchen, ids.new_id()) for _ in range(4))
    declined = scenes.place(kitchen, ids.new_id(), method="pm_card_chargeDeclined")
    settle()
    scenes.accept_unheard(delivered)
    scenes.ready(delivered)
    scenes.take_offer(courier)
    scenes.accept_unheard(refunded)
    scenes.cancel(cancelled)
    scenes.pick_up(courier, delivered)
    scenes.cancel_by_staff(refunded)
    scenes.drop_off(courier, delivered)
    return Evening(kitchen, delivered, refunded, cancelled, declined, waiting)


def by_hand(module: str, *statements: str, given: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Do in a module's schema what no code does: no trigger, no reference hinders it. The last one's rows."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(module)))
        for statement in statements:
            cursor = connection.execute(statement.encode(), given if "%s" in statement else None)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def broken(module: str, table: str, statement: str, given: Sequence[Any] = ()) -> Iterator[None]:
    """As `by_hand`, for the block: afterwards the table is as it was."""
    kept = f"kept_{table}"
    by_hand(module, f"DROP TABLE IF EXISTS {kept}", f"CREATE UNLOGGED TABLE {kept} AS TABLE {table}")
    try:
        by_hand(module, statement, given=given)
        yield
    finally:
        back = f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE {kept}"
        by_hand(module, f"DELETE FROM {table}", back, f"DROP TABLE {kept}")
