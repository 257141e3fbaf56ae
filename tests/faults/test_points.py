"""Whoever posts points is killed at any moment, and the database under them: what was acknowledged is there,
what was not happens once when it is asked again, and the ledger is whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.faults import points
from tiffin.embedded.processes import wait_until
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform
from tiffin.testing.services import ROOT

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]

WRITERS = 4
REQUESTS = 72  # of each, so that some are at work still when all have begun
KILLS = 8
PATIENCE_SECONDS = 120
PAUSES = (0.0, 0.3)  # seconds after an answer until it is killed
_ENTERED = "SELECT id FROM rewards_entry WHERE id = ANY(%s)"
_HOLDS = "SELECT id, points, posted, restored, ended_at IS NOT NULL FROM rewards_hold WHERE id = ANY(%s)"
_OF_HOLDS = """
SELECT coalesce(hold_id, id), flow, sum(amount) FROM rewards_entry
WHERE id = ANY(%s) OR hold_id = ANY(%s) GROUP BY 1, 2
"""
_ENDED_TWICE = """
SELECT hold_id FROM rewards_entry WHERE flow IN ('post', 'release')
GROUP BY hold_id, flow HAVING count(*) > 1
"""
_NOT_ZERO = "SELECT unit, sum(balance) FROM rewards_account GROUP BY unit HAVING sum(balance) <> 0"


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """One of its own: an audit would say that these holds are of no orders, these gifts to no charity."""
    with whole_platform("written", durable=True) as running:
        yield running


class Writer:
    """A process of `points`; started again, it goes on from where it was."""

    def __init__(self, platform: Platform, seed: int, folder: Path) -> None:
        self.platform, self.seed, self.file = platform, seed, folder / f"{seed}.answers"
        self.said = folder / f"{seed}.log"
        self.start()

    def start(self) -> None:
        with self.said.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.points", str(self.seed), str(REQUESTS), str(self.file)],
                cwd=ROOT,
                env=self.platform.environment("rewards"),
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def answered(self) -> list[points.Answered]:
        return points.answers(self.file)

    @property
    def is_at_work(self) -> bool:
        return 0 < len(self.answered) < REQUESTS

    def await_more(self) -> None:
        """Until it has answered more than by now, or everything."""
        before = len(self.answered)
        self.until(lambda: len(self.answered) > before or len(self.answered) == REQUESTS)

    def until(self, done: Callable[[], bool]) -> None:
        assert wait_until(done, seconds=PATIENCE_SECONDS), self.said.read_text()[-2000:]


@pytest.fixture
def writers(platform: Platform, tmp_path: Path) -> Iterator[list[Writer]]:
    """At work on the same few customers."""
    seeds = random.SystemRandom().sample(range(2**31), WRITERS)
    print(f"seeds {seeds}")
    began = [Writer(platform, seed, tmp_path) for seed in seeds]
    yield began
    for writer in began:
        writer.kill()


def test_who_posts_is_killed_again_and_again(
    platform: Platform, writers: list[Writer], tmp_path: Path
) -> None:
    chance, killed_at_work = random.SystemRandom(), 0
    for number in range(KILLS):
        writer = writers[number % WRITERS]
        writer.await_more()
        time.sleep(chance.uniform(*PAUSES))
        killed_at_work += writer.is_at_work
        writer.kill()
        writer.start()

    assert killed_at_work >= WRITERS
    require_whole(platform, writers, tmp_path)


@pytest.mark.parametrize("name", ["backend", "postgres"])
def test_the_database_is_killed_under_who_posts(
    platform: Platform, writers: list[Writer], tmp_path: Path, name: str
) -> None:
    for writer in writers:
        writer.until(lambda writer=writer: bool(writer.answered))
    assert any(writer.is_at_work for writer in writers)
    if name == "postgres":
        platform.await_restart(name, platform.kill(name, signal.SIGQUIT))
    else:
        # PostgreSQL ends all connections when one of its processes dies so, and recovers.
        os.kill(backend_of_rewards(platform), signal.SIGKILL)

    require_whole(platform, writers, tmp_path)


def backend_of_rewards(platform: Platform) -> int:
    ((pid,), *_) = platform.await_rows(
        "rewards", "SELECT pid FROM pg_stat_activity WHERE usename = 'tiffin_rewards' AND state <> 'idle'"
    )
    return int(pid)


def require_whole(platform: Platform, writers: list[Writer], folder: Path) -> None:
    """Once all is answered: it is there, it happened once, asked again it is answered the same."""
    for writer in writers:
        writer.until(lambda writer=writer: writer.process.poll() is not None)
        assert len(writer.answered) == REQUESTS, writer.said.read_text()[-2000:]
    for writer in writers:
        require_entered(platform, writer)
        require_holds(platform, writer)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda writer: require_same_answers(platform, writer, folder), writers))
    assert platform.sql("rewards", _ENDED_TWICE) == []
    assert platform.sql("rewards", _NOT_ZERO) == []
    audit = subprocess.run(
        [sys.executable, "-m", "tests.faults.points", "audit"],
        cwd=ROOT,
        env=platform.environment("rewards"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert audit.stdout == ""


def require_entered(platform: Platform, writer: Writer) -> None:
    """What was acknowledged is there, of a posting all or nothing; what was refused is not."""
    happened, others = set(), set()
    for asked, told in zip(points.requests(writer.seed, REQUESTS), writer.answered, strict=True):
        for posting in asked.postings:
            ids = {each.id for each in posting.transfers}
            refused = any(str(each) in told.answer["refused"] for each in ids)
            (others if refused else happened).update(ids)
    assert min(len(happened), len(others)) > 0
    found = {each for (each,) in platform.sql("rewards", _ENTERED, [list(happened | others)])}
    assert found == happened


def require_same_answers(platform: Platform, writer: Writer, folder: Path) -> None:
    """Under the same keys all of it; under another the batches, which know their transfers by their ids."""
    batches = [told for told in writer.answered if isinstance(told.answer.get("refused"), dict)]
    for key, answered in (("", writer.answered), ("again ", batches)):
        file = folder / f"{uuid4().hex}.answers"
        again = [sys.executable, "-m", "tests.faults.points", str(writer.seed), str(REQUESTS), str(file), key]
        subprocess.run(again, cwd=ROOT, env=platform.environment("rewards"), check=True)
        assert points.answers(file) == answered


def require_holds(platform: Platform, writer: Writer) -> None:
    """What was acknowledged of single holds is there once, in the hold and in its entries: what was held,
    spent, let go and given back. Nobody else touches the holds of this writer."""
    wanted = acknowledged_of_holds(writer)
    assert {"hold", "post", "void"} <= {flow for flows in wanted.values() for flow in flows}
    holds = {id: told for id, *told in platform.sql("rewards", _HOLDS, [list(wanted)])}
    entered: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    for hold_id, flow, amount in platform.sql("rewards", _OF_HOLDS, [list(wanted)] * 2):
        entered[hold_id][flow] = int(amount)
    for hold_id, flows in wanted.items():
        if hold_id not in holds:  # a batch was refused it: it was let go, so that it can never be
            assert (flows.keys(), entered[hold_id]) == ({"void"}, Counter())
            continue
        held, posted, restored, ended = holds[hold_id]
        assert (posted, restored) == (flows["post"], flows["restore"])
        assert flows["hold"] in {held, 0}, "0 is of one that a batch held"
        assert entered[hold_id] == Counter(
            hold=held, post=posted, restore=restored, release=(held - posted) * ended
        )
        assert ended == (flows.keys() != {"hold"})


def acknowledged_of_holds(writer: Writer) -> dict[UUID, Counter[str]]:
    """Points by what happened to them, of each hold that a single command was acknowledged for."""
    wanted: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    for asked, told in zip(points.requests(writer.seed, REQUESTS), writer.answered, strict=True):
        if asked.postings or "refused" in told.answer:
            continue
        flows, amount = wanted[asked.arguments["hold_id"]], asked.arguments.get("points", 0)
        if asked.method == "restore":
            flows["restore"] += amount
        else:
            flows[asked.method] = amount  # the same twice happens once
    return wanted
