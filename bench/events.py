"""`events`: how fast a worker moves a log through a batch handler that writes one row for each event."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

from bench.ceilings import statement_ceiling
from bench.ground import Ground, ground
from bench.measuring import ROUNDS, Round, result, say, spent
from tiffin.embedded.errors import CannotStart
from tiffin.embedded.processes import wait_until

if TYPE_CHECKING:
    from bench.counting.handlers import Counter

SETTINGS = "bench.counting.settings"
SECONDS = 5.0
EVENTS_A_SECOND = 6_000  # so many are published for each second of a round
COUNTERS = 200
PUBLISHED_AT_ONCE = 100
PATIENCE_SECONDS = 120.0


def run(*, seconds: float | None) -> dict[str, Any]:
    """Rounds in which the platform's worker, started as always, moves what the log already holds."""
    with ground(SETTINGS) as platform:
        platform.stop("worker", "beat")
        counters = _begin_counting()
        wanted = int((seconds or SECONDS) * EVENTS_A_SECOND)
        ceilings, rounds = [_ceiling(platform)], []
        for _ in range(ROUNDS):
            rounds.append(_round(platform, _publish(counters, wanted)))
            say(f"{rounds[-1].rate:.0f} events a second")
        ceilings.append(_ceiling(platform))
        lost = sum(counter.version for counter in counters) - _arrived(platform)
    return result("events", "events", rounds, ceilings=ceilings, lost=lost)


def _begin_counting() -> list[Counter]:
    from django.db import connections

    from bench.counting.handlers import TABLES, Counter
    from tiffin import db
    from tiffin.log import cursors

    for module, statement in TABLES.items():
        with connections[module].cursor() as cursor:
            cursor.execute(statement)
    cursors.ensure("payments")
    with db.transaction(owner="orders"):
        return [Counter.objects.create(region="gb") for _ in range(COUNTERS)]


def _publish(counters: list[Counter], wanted: int) -> int:
    """Publish so many events in small transactions, as use cases do; returns how many there are in all."""
    from bench.counting.handlers import CounterRaised
    from tiffin import db
    from tiffin.log import publish

    say(f"{wanted} events are published")
    for counter in cycle(counters):
        if wanted <= 0:
            break
        numbers = range(counter.version, counter.version + min(wanted, PUBLISHED_AT_ONCE))
        with db.transaction(owner="orders"):
            publish(counter, *(CounterRaised(counter_id=counter.id, number=number) for number in numbers))
        wanted -= len(numbers)
    return sum(counter.version for counter in counters)


def _round(platform: Ground, expected: int) -> Round:
    """From the first row that a fresh worker writes to the last."""
    before_it = _arrived(platform)
    platform.work_with(SETTINGS)
    _await(platform, before_it + 1)
    before = platform.cpu()
    _await(platform, expected)
    cpu = spent(before, platform.cpu())
    platform.stop("worker", "beat")
    [[rows, seconds]] = _rows(
        platform,
        "SELECT count(*), extract(epoch FROM max(at) - min(at))::float8"
        " FROM (SELECT at FROM counted ORDER BY at DESC LIMIT %s) AS latest",
        [expected - before_it],
    )
    return Round(rows, seconds, [], cpu)


def _await(platform: Ground, rows: int) -> None:
    if not wait_until(lambda: _arrived(platform) >= rows, seconds=PATIENCE_SECONDS):
        raise CannotStart(f"the worker did not move {rows} events in {PATIENCE_SECONDS:.0f} s")


def _arrived(platform: Ground) -> int:
    return int(_rows(platform, "SELECT count(*) FROM counted")[0][0])


def _rows(platform: Ground, query: str, parameters: list[Any] | None = None) -> list[Any]:
    with platform.connect("payments") as connection:
        return connection.execute(query.encode(), parameters).fetchall()


def _ceiling(platform: Ground) -> float:
    """As many rows in one statement as the pump gives a handler at once, into a table like the handler's."""
    from tiffin.log.pump import EVENTS_A_BATCH

    with platform.connect("payments") as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS ceiling")
        connection.execute("CREATE TABLE IF NOT EXISTS ceiling.counted (LIKE counted INCLUDING ALL)")
    statement = (
        "INSERT INTO ceiling.counted (counter, number)"
        f" SELECT uuidv7(), number FROM generate_series(1, {EVENTS_A_BATCH}) AS number"
    )
    return statement_ceiling(platform, statement) * EVENTS_A_BATCH
