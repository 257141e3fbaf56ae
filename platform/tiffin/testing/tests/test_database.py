"""What a test commits is really there, for other connections too, and gone for the next test."""

from __future__ import annotations

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connections

from tiffin.testing import empty
from tiffin.testing.services import Services


def count(table: str) -> int:
    with psycopg.connect(settings.DATABASE_URL) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def write_row() -> None:
    with connections["orders"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO staff_action (at, action, subject, detail) VALUES (now(), 'looked', 'order', '')"
        )


@pytest.mark.database
@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_finds_the_tables_empty(time: str) -> None:
    assert count("orders.staff_action") == 0
    write_row()
    assert count("orders.staff_action") == 1


def test_a_transaction_that_a_test_left_open_is_given_up(database: Services) -> None:
    connections["orders"].set_autocommit(False)
    write_row()

    empty()

    assert count("orders.staff_action") == 0
    write_row()
    assert count("orders.staff_action") == 1


def test_what_migrations_brought_stays(database: Services) -> None:
    before = count("orders.log_home"), count("orders.log_cursor"), count("orders.django_migrations")
    empty()
    assert (count("orders.log_home"), count("orders.log_cursor"), count("orders.django_migrations")) == before
    assert before[0] == 1


def test_redis_is_emptied_too(database: Services) -> None:
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.set("flag", 1)
    empty()
    assert broker.get("flag") is None


def test_redis_can_be_taken_away_and_brought_back(database: Services) -> None:
    broker = redis.Redis.from_url(settings.REDIS_URL, retry=None)
    database.stop_one("redis")
    with pytest.raises(redis.ConnectionError):
        broker.ping()
    database.start_one(database.redis.program(database.env))
    assert broker.ping()
