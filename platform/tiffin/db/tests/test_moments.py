"""Moments come out of the database as they went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, connections
from hypothesis import given
from hypothesis import strategies as st

from tiffin.db.moments import UtcLoader

pytestmark = pytest.mark.database


# But for the first and the last day, which are none in UTC.
moments = st.datetimes(
    datetime(1, 1, 2),  # noqa: DTZ001
    datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)


@given(moments)
def test_a_moment_is_the_same_and_in_utc(moment: datetime) -> None:
    assert_read(moment, "SELECT %s::timestamptz")


@pytest.mark.parametrize("fraction", ["", ".1", ".12", ".123", ".123456"])
def test_however_many_digits_postgresql_writes(fraction: str) -> None:
    found = asked(f"SELECT '2026-02-28 23:59:59{fraction}+00'::timestamptz")
    assert found.isoformat().startswith(f"2026-02-28T23:59:59{fraction}")


def test_what_no_datetime_holds_is_refused() -> None:
    with pytest.raises(DataError):
        asked("SELECT 'infinity'::timestamptz")


def assert_read(moment: datetime, statement: str) -> None:
    found = asked(statement, [moment])
    assert (found, found.tzinfo) == (moment, UTC)


def asked(statement: str, values: list[datetime] | None = None) -> datetime:
    connection = connections["orders"]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: datetime = cursor.fetchone()[0]
    assert connection.connection.adapters.get_loader(1184, 0) is UtcLoader
    return found
