"""Several things at once, in threads that use the database."""

from __future__ import annotations

import threading
import time

import pytest
from django.conf import settings
from django.db import connections

from tiffin import context
from tiffin.db.threads import map_in_threads

pytestmark = pytest.mark.database


def open_connections(module: str) -> int:
    with connections[module].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user")
        return int(cursor.fetchone()[0])


def test_each_is_answered_in_its_place_in_the_callers_context_and_no_connection_is_left() -> None:
    module = settings.TIFFIN_MODULES[0]
    before, asked = open_connections(module), context.current().correlation
    together = threading.Barrier(3, timeout=10)

    def ask(number: int) -> tuple[int, object]:
        together.wait()
        with connections[module].cursor() as cursor:
            cursor.execute("SELECT %s::int * 2", [number])
            return cursor.fetchone()[0], context.current().correlation

    assert map_in_threads(ask, range(9), threads=3) == [(2 * number, asked) for number in range(9)]
    ends = time.monotonic() + 5
    while open_connections(module) > before and time.monotonic() < ends:
        time.sleep(0.02)  # the server's side of a connection ends a moment after ours
    assert open_connections(module) == before


def test_what_one_of_them_raises_reaches_the_caller_once_all_are_done() -> None:
    done = []

    def ask(number: int) -> None:
        if number == 0:
            raise LookupError("nothing there")
        done.append(number)

    with pytest.raises(LookupError, match="nothing there"):
        map_in_threads(ask, range(8), threads=4)
    assert sorted(done) == [1, 2, 3, 5, 6, 7]  # not those that came after it in the same thread
    assert map_in_threads(ask, [], threads=2) == []
