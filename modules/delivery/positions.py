"""Where couriers are, in Redis and nowhere else: the last place of each, as long as the region allows, and
only on shift. It may be flushed at any moment: positions come anew within seconds, and whoever looks for a
courier meanwhile does without."""

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
from modules.delivery.models import Courier
from modules.delivery.policies import PositionRule, position_rule
from tiffin import clock, regions
from tiffin.dto import DTO

log = structlog.get_logger(__name__)

NEAR_METRES = 15_000
NEAREST = 30
TIMEOUT_SECONDS = 0.5
SHIFT_REMEMBERED = timedelta(minutes=10)
"""For so long it is not asked again whether a courier is on shift."""
_OFF_SHIFT = "-"

# One round trip: what is too old goes, and what is hardly news is left out. Near enough is measured on a
# plane, where a degree is 111,195 m. -1 when nobody remembers whether the courier is on shift.
_REPORT = """
local stale = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[5], 'LIMIT', 0, 100)
if #stale > 0 then
    redis.call('ZREM', KEYS[1], unpack(stale))
    redis.call('ZREM', KEYS[2], unpack(stale))
end
local shift = redis.call('GET', KEYS[3])
if not shift then return -1 end
if shift ~= ARGV[9] then return 0 end
local at = redis.call('ZSCORE', KEYS[2], ARGV[1])
if at and tonumber(ARGV[4]) - tonumber(at) < tonumber(ARGV[6]) then
    local place = redis.call('GEOPOS', KEYS[1], ARGV[1])[1]
    if place then
        local north = (tonumber(ARGV[3]) - tonumber(place[2])) * 111195
        local east = (tonumber(ARGV[2]) - tonumber(place[1])) * 111195 * math.cos(math.rad(tonumber(ARGV[3])))
        if north * north + east * east < ARGV[7] * ARGV[7] then return 0 end
    end
end
redis.call('GEOADD', KEYS[1], ARGV[2], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[8])
redis.call('EXPIRE', KEYS[2], ARGV[8])
return 1
"""


class Near(DTO):
    """A courier and how far away; None where nobody knows."""

    courier_id: UUID
    distance_m: int | None = None


class Seen(DTO):
    courier_id: UUID
    point: Point
    at: datetime


def report(courier_id: UUID, *, region: str, point: Point) -> bool:
    """Note where a courier is who is on shift in the region, if that is news. False when it was not noted:
    also when Redis cannot be reached, since the next report comes in seconds."""
    now, keep = clock.now(), _keeping(region)
    oldest = now - timedelta(seconds=keep.keep_seconds)
    place = (str(courier_id), point.lon, point.lat, now.timestamp(), oldest.timestamp())
    rule = (keep.every_seconds, keep.every_metres, keep.keep_seconds)
    keys = (_places(region), _times(region), _shift(courier_id))
    arguments = (len(keys), *keys, *place, *rule, region)
    try:
        noted: Any = _client().eval(_REPORT, *arguments)
        if noted == -1:
            _remember_shift(courier_id)
            noted = _client().eval(_REPORT, *arguments)
    except RedisError as error:
        _say_unreachable(error)
        return False
    return bool(noted == 1)


def expect(courier_id: UUID, *, region: str) -> None:
    """The courier's shift begins: reports from the region are noted."""
    try:
        _client().set(_shift(courier_id), region, ex=SHIFT_REMEMBERED)
    except RedisError as error:
        _say_unreachable(error)


def _remember_shift(courier_id: UUID) -> None:
    """As the database has it. A shift that begins or ends at this moment says so itself, and that counts."""
    on_shift = Courier.objects.filter(pk=courier_id, on_shift=True).values_list("region", flat=True).first()
    _client().set(_shift(courier_id), on_shift or _OFF_SHIFT, ex=SHIFT_REMEMBERED, nx=True)


def forget(courier_id: UUID, *, region: str) -> None:
    """The courier's shift is over. A report that was still on its way is not noted."""
    member = str(courier_id)
    try:
        with _client().pipeline(transaction=False) as pipe:
            pipe.zrem(_places(region), member)
            pipe.zrem(_times(region), member)
            pipe.set(_shift(courier_id), _OFF_SHIFT, ex=SHIFT_REMEMBERED)
            pipe.execute()
    except RedisError as error:
        _say_unreachable(error)


def nearest(region: str, point: Point, *, at_most: int = NEAREST) -> list[Near] | None:
    """Couriers seen lately around `point`, the nearest first. None when nobody's place in the region is
    known, or Redis cannot be reached."""
    try:
        _drop_stale(region)
        found: Any = _client().geosearch(
            _places(region),
            longitude=point.lon,
            latitude=point.lat,
            radius=NEAR_METRES,
            unit="m",
            sort="ASC",
            count=at_most,
            withdist=True,
        )
        if not found and not _client().exists(_places(region)):
            return None
    except RedisError as error:
        _say_unreachable(error)
        return None
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
    oldest = _oldest(region)
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
    client, oldest = _client(), _oldest(region)
    stale = client.zrangebyscore(_times(region), "-inf", oldest)
    if stale:
        client.zrem(_places(region), *stale)
        client.zrem(_times(region), *stale)


def _keeping(region: str) -> PositionRule:
    rules = regions.get(region)
    return position_rule(rules, on=rules.local(clock.now()).date())


def _oldest(region: str) -> float:
    return (clock.now() - timedelta(seconds=_keeping(region).keep_seconds)).timestamp()


def _shift(courier_id: UUID) -> str:
    """The region in which the courier is on shift, or that there is none."""
    return f"delivery:shift:{courier_id}"


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
