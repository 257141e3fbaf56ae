"""Where couriers are is known to Redis alone, roughly, for a short while, and not after their shift."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import redis
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext

from modules.delivery import positions, services
from modules.delivery.interface import Point
from modules.delivery.tests import streets
from modules.delivery.tests.streets import CAMDEN, COVENT_GARDEN, SOHO, as_courier
from tiffin import clock, ids
from tiffin.testing import settle

pytestmark = pytest.mark.database

A_STEP = Point(lat=SOHO.lat + 0.0001, lon=SOHO.lon)  # 11 m
AROUND_THE_CORNER = Point(lat=SOHO.lat + 0.0003, lon=SOHO.lon)  # 33 m
KEEP = timedelta(seconds=120)


def seen(courier: UUID) -> tuple[float, float] | None:
    """Where a courier is, to some ten metres."""
    found = positions.of("gb", [courier])
    return (round(found[0].point.lat, 4), round(found[0].point.lon, 4)) if found else None


def at(point: Point) -> tuple[float, float]:
    return round(point.lat, 4), round(point.lon, 4)


@pytest.mark.parametrize(
    ("after", "to", "noted"),
    [(1, A_STEP, False), (1, AROUND_THE_CORNER, True), (6, A_STEP, True), (6, SOHO, True)],
)
def test_what_is_hardly_news_is_left_out(after, to, noted) -> None:
    with clock.hold(clock.now()):
        courier = streets.a_courier(SOHO)
    with clock.hold(clock.now() + timedelta(seconds=after)):
        assert positions.report(courier, region="gb", point=to) is noted
    assert seen(courier) == at(to if noted else SOHO)


def test_a_place_is_kept_as_long_as_the_region_says() -> None:
    """And then it is gone from Redis too, as soon as anybody reports."""
    quiet, other = streets.a_courier(SOHO), streets.a_courier()
    with clock.shift(KEEP - timedelta(seconds=5)):
        assert seen(quiet) == at(SOHO)
    with clock.shift(KEEP + timedelta(seconds=1)):
        assert seen(quiet) is None
        positions.report(other, region="gb", point=CAMDEN)
    assert members() == {str(other)}
    assert 0 < store().ttl("delivery:places:gb") <= KEEP.total_seconds()


def store() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


def members() -> set[str]:
    return set(store().zrange("delivery:places:gb", 0, -1)) | set(store().zrange("delivery:times:gb", 0, -1))


def test_it_is_deleted_at_the_end_of_the_shift_and_a_straggling_report_does_not_bring_it_back() -> None:
    courier = streets.a_courier(SOHO)
    services.end_shift(courier_id=courier)
    assert members() == set()
    assert positions.report(courier, region="gb", point=CAMDEN) is False
    assert members() == set()
    services.start_shift(courier_id=courier, region="gb")
    assert positions.report(courier, region="gb", point=CAMDEN) is True


@pytest.mark.parametrize("after", [KEEP + timedelta(seconds=5), timedelta(hours=1)])
def test_long_after_a_shift_no_place_is_noted_either(after) -> None:
    courier = streets.a_courier(SOHO)
    services.end_shift(courier_id=courier)
    with clock.shift(after):
        for key in store().keys("delivery:shift:*"):
            assert store().ttl(key) > 0
            store().delete(key)  # as if its time were over
        for _ in range(2):
            here = {"lat": SOHO.lat, "lon": SOHO.lon}
            assert as_courier(courier).post("/api/v1/courier/position", here).status_code == 204
    assert members() == set()


def test_without_a_shift_no_place_is_noted() -> None:
    nobody, elsewhere = ids.new_id(), streets.a_courier(region="pl")
    for courier in (nobody, elsewhere):
        assert positions.report(courier, region="gb", point=SOHO) is False
    assert members() == set()


def test_after_redis_was_flushed_one_look_says_who_is_on_shift() -> None:
    courier = streets.a_courier(SOHO)
    store().flushdb()
    with CaptureQueriesContext(connections["delivery"]) as asked:
        assert positions.report(courier, region="gb", point=CAMDEN) is True
        positions.report(courier, region="gb", point=SOHO)
    assert len(asked) == 1
    assert seen(courier) == at(SOHO)


def test_no_place_of_a_courier_reaches_postgresql() -> None:
    """Neither a table, nor the log, nor a job, nor a kept answer holds the number."""
    courier = streets.a_courier()
    odd = Point(lat=51.512345678, lon=-0.123456789)
    driver = as_courier(courier)
    assert driver.post("/api/v1/courier/position", {"lat": odd.lat, "lon": odd.lon}).status_code == 204
    shift = {"region": "gb", "position": {"lat": odd.lat, "lon": odd.lon}}
    assert driver.post("/api/v1/courier/shift", shift, format="json").status_code == 200
    order = streets.a_delivery()
    settle()
    streets.accept(courier)
    services.pick_up(courier_id=courier, order_id=order)
    settle()
    assert positions.of("gb", [courier])
    for number in ("51.5123456", "0.1234567"):
        assert tables_with(number) == []


def tables_with(text: str) -> list[str]:
    """Each table of delivery of which a row, written out, holds the text."""
    with connections["delivery"].cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'r'"
            " AND c.relnamespace = current_schema()::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        assert len(tables) > 5
        found = []
        for table in tables:
            cursor.execute(
                f"SELECT count(*) FROM {table} AS kept"
                " WHERE kept::text LIKE %s OR kept::text LIKE %s",  # bytes are written as hexadecimals
                [f"%{text}%", f"%{text.encode().hex()}%"],
            )
            ((count,),) = cursor.fetchall()
            found += [table] if count else []
    return found


def test_the_probe_finds_what_is_there() -> None:
    courier = streets.a_courier(SOHO)
    streets.a_delivery()
    assert tables_with(str(CAMDEN.lat)) == ["delivery_deliverytask"]
    settle()
    streets.accept(courier)
    assert any(table.startswith("log_event") for table in tables_with(str(courier)))


def test_of_those_as_near_the_one_who_waited_longest_is_asked() -> None:
    nearest, rested = streets.a_courier(SOHO), streets.a_courier(AROUND_THE_CORNER)
    first = streets.a_delivery()
    settle()
    streets.accept(nearest)
    services.pick_up(courier_id=nearest, order_id=first)
    services.drop_off(courier_id=nearest, order_id=first)
    streets.a_courier(COVENT_GARDEN)  # has waited longer than both, but is farther

    streets.a_delivery()
    settle()

    assert streets.offer_for(nearest) is None
    assert streets.offered(rested)


def test_food_that_is_later_gives_its_courier_longer() -> None:
    courier = streets.a_courier(SOHO)
    order = streets.a_delivery()
    settle()
    streets.accept(courier)
    later = streets.task_of(order).ready_at + timedelta(minutes=30)
    services.expect(order_id=order, ready_at=later)
    with clock.shift(streets.NO_SHOW_TIME):
        settle()
        assert streets.task_of(order).courier_id == courier
    with clock.shift(streets.NO_SHOW_TIME + timedelta(minutes=30)):
        settle()
        assert streets.task_of(order).courier_id is None
