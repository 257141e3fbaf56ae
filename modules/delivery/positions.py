"""Where couriers are, in Redis and nowhere else. It may be flushed at any moment: positions come anew within
seconds, and whoever looks for a courier meanwhile does without."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from modules.delivery.interface import Point
from tiffin import clock
from tiffin.dto import DTO

log = structlog.get_logger(__name__)

FRESH_FOR = timedelta(minutes=2)
NEAR_METRES = 15_000
NEAREST = 30
TIMEOUT_SECONDS = 0.5


class Near(DTO):
    """A courier and how far away; None where nobody knows."""

    courier_id: UUID
    distance_m: int | None = None


class Seen(DTO):
    courier_id: UUID
    point: Point
    at: datetime


def report(courier_id: UUID, *, region: str, point: Point) -> bool:
    """Note where a courier is. False when Redis cannot be reached: the next report comes in seconds."""
    member, now = str(courier_id), clock.now().timestamp()
    try:
        with _client().pipeline(transaction=False) as pipe:
            pipe.geoadd(_places(region), (point.lon, point.lat, member))
            pipe.zadd(_times(region), {member: now})
            pipe.expire(_places(region), FRESH_FOR)
            pipe.expire(_times(region), FRESH_FOR)
            pipe.execute()
    except RedisError as error:
        _say_unreachable(error)
        return False
    return True


def forget(courier_id: UUID, *, region: str) -> None:
    """The courier's shift is over."""
    member = str(courier_id)
    try:
        with _client().pipeline(transaction=False) as pipe:
            pipe.zrem(_places(region), member)
            pipe.zrem(_times(region), member)
            pipe.execute()
    except RedisError as error:
        _say_unreachable(error)


def nearest(region: str, point: Point) -> list[Near]:
    """Couriers seen lately around `point`, the nearest first; none when Redis cannot be reached."""
    try:
        _drop_stale(region)
        found: Any = _client().geosearch(
            _places(region),
            longitude=point.lon,
            latitude=point.lat,
            radius=NEAR_METRES,
            unit="m",
            sort="ASC",
            count=NEAREST,
            withdist=True,
        )
    except RedisError as error:
        _say_unreachable(error)
        return []
    return [Near(courier_id=UUID(member), distance_m=round(distance)) for member, distance in found]


def of(region: str, courier_ids: Iterable[UUID]) -> list[Seen]:
    """Where these couriers were last seen, for as many as are known."""
    members = [str(courier_id) for courier_id in courier_ids]
    if not members:
        return []
    try:
        with _client().pipeline(transaction=False) as pipe:
            pipe.geopos(_places(region), *members)
            pipe.zmscore(_times(region), members)
            places, times = pipe.execute()
    except RedisError as error:
        _say_unreachable(error)
        return []
    oldest = (clock.now() - FRESH_FOR).timestamp()
    return [
        Seen(
            courier_id=UUID(member),
            point=Point(lat=place[1], lon=place[0]),
            at=datetime.fromtimestamp(time, UTC),
        )
        for member, place, time in zip(members, places, times, strict=True)
        if place is not None and time is not None and time >= oldest
    ]


def _drop_stale(region: str) -> None:
    """A key expires when nobody reports; one courier's place when that courier does not."""
    client, oldest = _client(), (clock.now() - FRESH_FOR).timestamp()
    stale = client.zrangebyscore(_times(region), "-inf", oldest)
    if stale:
        client.zrem(_places(region), *stale)
        client.zrem(_times(region), *stale)


def _places(region: str) -> str:
    return f"delivery:places:{region}"


def _times(region: str) -> str:
    return f"delivery:times:{region}"


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        decode_responses=True,
        retry=Retry(NoBackoff(), retries=0),  # nobody waits for a place: the next report is on its way
    )


def _say_unreachable(error: RedisError) -> None:
    log.warning("positions_unreachable", error=type(error).__name__)
