"""What a subscriber has learned is what the logs tell: rebuilt beside the live tables, untouched."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from threading import Thread

import psycopg
import pytest
from django.db import connections

from modules.orders.handlers import restaurant
from modules.orders.tests import scenes
from modules.restaurants.interface import Restaurants
from tests.audit.conftest import Evening, broken, by_hand
from tiffin import audit
from tiffin.audit import Check, Inspection, Progress
from tiffin.audit.projections import projections_true
from tiffin.interfaces import call
from tiffin.log.events import current_event
from tiffin.log.subscribers import Subscriber
from tiffin.testing import settle

pytestmark = pytest.mark.database

COPIES = ("orders_knownrestaurant", "orders_knownmenu", "orders_knownunavailable")


@pytest.fixture
def kitchen(evening: Evening) -> scenes.Kitchen:
    """With two versions of a menu, and no beer."""
    scenes.publish_menu(evening.kitchen, ramen=1_300)
    call(Restaurants).set_availability(
        key=scenes.new_key(),
        restaurant_id=evening.kitchen.id,
        item_id=evening.kitchen.item("Beer"),
        available=False,
    )
    settle()
    return evening.kitchen


def projections(progress: Progress | None = None) -> Check:
    return audit.inspected(
        Inspection("projections", "orders", progress), partial(projections_true, tolerance=timedelta(0))
    )


def traces(module: str, *tables: str) -> list[list[tuple]]:
    """Where each row stands and which transaction wrote it: the same as long as nobody writes."""
    return [by_hand(module, f"SELECT xmin::text, ctid::text FROM {table} ORDER BY 2") for table in tables]


def test_an_intact_copy_equals_the_rebuilt_one_and_nothing_is_touched(kitchen: scenes.Kitchen) -> None:
    before = traces("orders", *COPIES, "log_cursor", "job", "log_held")

    check = projections()

    assert (check.broken, check.looked_at) == (0, 4)
    assert traces("orders", *COPIES, "log_cursor", "job", "log_held") == before
    with connections["orders"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_order")
        assert cursor.fetchone() == (5,), "this thread is back at the live tables"


_RESTAURANTS, _MENUS, _UNAVAILABLE = COPIES
WRONG_ROWS = [
    (_RESTAURANTS, "UPDATE {} SET name = 'Another'", "is not as the log tells it: name"),
    (_RESTAURANTS, "UPDATE {} SET facts = facts - 'zone'", "is not as the log tells it: facts"),
    (_MENUS, "DELETE FROM {} WHERE version = 1", "is missing, though the log tells of it"),
    (_MENUS, "UPDATE {} SET document = '' WHERE version = 2", "is not as the log tells it: document"),
    (
        _UNAVAILABLE,
        "INSERT INTO {0} (restaurant_id, item_id) SELECT restaurant_id, gen_random_uuid() FROM {0}",
        "is there, though the log tells of none",
    ),
]


def test_a_row_that_is_not_what_the_log_tells(kitchen: scenes.Kitchen) -> None:
    for table, statement, said in WRONG_ROWS:
        with broken("orders", table, statement.format(table)):
            check = projections()
        assert check.broken == 1, statement
        assert said in check.findings[0].problem
        assert str(kitchen.id) in check.findings[0].key
    assert projections().broken == 0


def test_news_that_comes_while_it_is_rebuilt_is_read_before_comparing(kitchen: scenes.Kitchen) -> None:
    news = [Thread(target=_new_menu, args=(kitchen,))]

    def meanwhile(inspection: Inspection) -> None:
        if news:
            thread = news.pop()
            thread.start()
            thread.join()

    check = projections(progress=meanwhile)

    assert news == []
    assert (check.broken, check.looked_at) == (0, 5), check.findings


def _new_menu(kitchen: scenes.Kitchen) -> None:
    try:
        scenes.publish_menu(kitchen, ramen=1_400)
    finally:
        connections.close_all()


def test_an_event_that_cannot_be_handled_again_is_found_and_the_rest_is_rebuilt(
    kitchen: scenes.Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = restaurant.known.handlers["restaurants", "availability_changed"]

    def refuse(event: object) -> None:
        raise ValueError(f"{current_event().seq} cannot be")

    monkeypatch.setattr(handlers[1], "function", refuse)
    check = projections()
    said = [finding.problem for finding in check.findings]
    assert any("cannot be handled: ValueError" in problem for problem in said)
    assert any("is there, though the log tells of none" in problem for problem in said)
    assert len(said) == 2


def test_a_log_without_its_beginning_is_said_and_is_no_finding(kitchen: scenes.Kitchen) -> None:
    by_hand("restaurants", "UPDATE log_home SET kept_from = current_date")
    try:
        check = projections()
    finally:
        by_hand("restaurants", "UPDATE log_home SET kept_from = NULL")
    assert (check.broken, check.looked_at) == (0, 0)
    assert check.note.startswith("orders.known cannot be rebuilt: the log of restaurants begins at ")


def test_behind_a_pooler_nothing_is_made_and_it_is_said(
    kitchen: scenes.Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A pooler tells a process id of its own.
    monkeypatch.setattr(psycopg.ConnectionInfo, "backend_pid", property(lambda info: 1))
    check = projections()
    assert [finding.problem for finding in check.findings] == [
        f"{name} cannot be rebuilt: the database is behind a pooler; look straight at the server"
        for name in ("orders.benefits", "orders.known", "orders.memberships")
    ]
    assert by_hand("orders", "SELECT relname FROM pg_class WHERE relpersistence = 't'") == []


def test_who_can_be_rebuilt_says_what_it_copies() -> None:
    with pytest.raises(TypeError, match="says what it has copied"):
        Subscriber("orders.careless", reset=lambda: None)
