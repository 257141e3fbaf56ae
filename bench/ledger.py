"""`ledger`: the points ledger, by the interface that other modules call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.pool import Pool
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

from bench import ledger_clients, ledger_singles, ledger_store, points_audit
from bench.ceilings import CONNECTIONS
from bench.ground import Ground, ground
from bench.ledger_ceiling import read_rows, stand_beside
from bench.measuring import ROUNDS, Cpu, Round, result, say, spent
from bench.points import CHARITIES, CUSTOMERS

SECONDS = 8.0
CLIENTS = 2
WARM_UP_BATCHES = 32  # of each client, for so many transfers that are there:
WARMED = 2_500_000
STORED = 2_000_000
FULL = 20_000_000


class Clients(NamedTuple):
    """Processes that post, each with work and a connection of its own."""

    platform: Ground
    pools: list[Pool]

    def each(self, do: Callable[..., Any], *arguments: object) -> list[Any]:
        """What `do` answers in each of them, all at the same time."""
        asked = [pool.apply_async(do, arguments) for pool in self.pools]
        return [answer.get() for answer in asked]

    def one_by_one(self, do: Callable[..., Any], *arguments: object) -> list[Any]:
        return [pool.apply(do, arguments) for pool in self.pools]


def run(
    *, seconds: float | None, stored: float = STORED, full: bool = False, customers: int = CUSTOMERS
) -> dict[str, Any]:
    """Rounds of `seconds` of batches: mixed, of gifts to many charities and to one, and mixed again on top of
    at least `stored` transfers (FULL of them when `full`); single commands at a steady rate in between."""
    length = seconds or SECONDS
    with ground() as platform:
        platform.stop("worker", "beat", "web", "stream", "origin")
        owners = ledger_store.settle_customers(platform, customers)
        with _clients(platform, owners) as clients:
            wrong = _warm_up(clients)
            ceilings = [_ceiling(clients, length)]
            mixed = [_round(clients, length) for _ in range(ROUNDS)]
            ceilings.append(_ceiling(clients, length))
            many = [_round(clients, length, charities=CHARITIES) for _ in range(ROUNDS)]
            one = [_round(clients, length, charities=1) for _ in range(ROUNDS)]
            single = ledger_singles.measure(platform, owners, length * ROUNDS)
            ledger_store.give_a_past(platform, FULL if full else int(stored))
            past = ledger_store.stored(platform)
            wrong += _post_some(clients, past // WARMED)
            later = [_round(clients, length) for _ in range(ROUNDS)]
        found = _found_afterwards(platform)
    told = result("ledger", "transfers", mixed, ceilings=ceilings)
    told["errors"] += sum(each.errors for each in (*many, *one, *later)) + single["single_errors"] + wrong
    return {
        **told,
        **_beside("one_charity", one, mixed),
        **_beside("one_of_many_charities", one, many),
        **_beside("stored", later, mixed),
        "stored": past,
        **single,
        **found,
    }


@contextmanager
def _clients(platform: Ground, customers: list[UUID]) -> Iterator[Clients]:
    with ExitStack() as stack:
        pools = []
        for number in range(CLIENTS):
            told = (platform.supervisor.env, customers, number, CLIENTS, platform.home.logs)
            pools.append(stack.enter_context(get_context("spawn").Pool(1, ledger_clients.begin, told)))
        yield Clients(platform, pools)


def _warm_up(clients: Clients) -> int:
    """Batches whose rows are the ceiling's: of each client in turn, so that one knows whose they are. Returns
    what went wrong, as `_post_some` does."""
    first = ledger_store.last_number(clients.platform)
    wrong = _post_some(clients)
    stand_beside(clients.platform)
    rows, each = read_rows(clients.platform, first, CONNECTIONS), CONNECTIONS // CLIENTS
    for number, pool in enumerate(clients.pools):
        pool.apply(ledger_clients.keep_rows, (rows[number * each : (number + 1) * each],))
    return wrong


def _post_some(clients: Clients, times: int = 1) -> int:
    """Pages that were just written down whole are written whole into the log at their next change, once; the
    more entries there are, the more pages has their index by customer, of which every entry changes one.
    Returns how many of them went wrong."""
    clients.each(ledger_clients.prepare, WARM_UP_BATCHES * max(1, times))
    parts: list[ledger_clients.Part] = clients.one_by_one(ledger_clients.post, None)
    for part in parts:
        say(f"a warm-up of {part.transfers} transfers")
    return sum(part.errors for part in parts)


def _ceiling(clients: Clients, length: float) -> float:
    """The better of CONNECTIONS and of as many as post: which is faster depends on the machine."""
    return max(_raw(clients, length, connections) for connections in (CLIENTS, CONNECTIONS))


def _raw(clients: Clients, length: float, connections: int) -> float:
    clients.each(ledger_clients.prepare_rows, length, connections // CLIENTS)
    rate: float = sum(clients.each(ledger_clients.write_rows, length))
    say(f"raw SQL from {connections} connections: {rate:.0f} transfers a second")
    return rate


def _round(clients: Clients, length: float, *, charities: int = 0) -> Round:
    clients.each(ledger_clients.prepare, ledger_clients.enough(length), charities)
    before, began = clients.platform.cpu(), time.perf_counter()
    parts: list[ledger_clients.Part] = clients.each(ledger_clients.post, length)
    took = time.perf_counter() - began
    cpu: Cpu = spent(before, clients.platform.cpu()) | {"clients": sum(part.cpu_seconds for part in parts)}
    one = Round(
        sum(part.transfers for part in parts),
        took,
        [each for part in parts for each in part.milliseconds],
        cpu,
        sum(part.errors for part in parts),
    )
    say(f"{one.rate:.0f} transfers a second{f' to {charities} charities' if charities else ''}")
    return one


def _beside(name: str, rounds: list[Round], others: list[Round]) -> dict[str, Any]:
    """A rate, and what it is of the rate of others."""
    rate, plain = (median(each.rate for each in these) for these in (rounds, others))
    return {f"{name}_rate": round(rate, 1), f"{name}_ratio": round(rate / plain, 3)}


def _found_afterwards(platform: Ground) -> dict[str, int]:
    """What was acknowledged and is not there, and what the ledger's own rules find wrong: what is given here
    is no donation of anybody."""
    say("What was acknowledged is looked for, and the ledger audited")
    noted = sorted(platform.home.logs.glob("acknowledged-*.ids"))
    wrong = list(points_audit.findings())
    for problem in wrong[:5]:
        say(f"audit: {problem}")
    return {
        "lost": ledger_store.missing(platform, noted),
        "wrong_balances": ledger_store.wrong_balances(platform),
        "audit_findings": len(wrong),
    }
