"""Jobs and deadlines: done once the lease holds, again when it does not, forgotten never."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, connections

from tiffin import clock, jobs
from tiffin.db import TransactionRequired, in_transaction, transaction
from tiffin.jobs import registry, running
from tiffin.jobs.registry import Later, Work
from tiffin.models import Job, JobState
from tiffin.testing import things
from tiffin.testing.things import Thing, new_thing

Do = Callable[..., None]


@pytest.fixture
def register(database: object) -> Iterator[Callable[..., None]]:
    """Registers jobs and deadlines of `orders` for one test."""
    before = dict(registry._work)

    def put(name: str, function: Do, **options: Any) -> None:
        defaults = {
            "is_deadline": False,
            "attempts": 3,
            "lease": timedelta(seconds=60),
            "destination": "",
            "cap": None,
        }
        registry._work["orders", name] = Work("orders", name, function, **{**defaults, **options})

    with things.tables():
        yield put
    registry._work.clear()
    registry._work.update(before)


def add(thing: Thing, name: str, *, after: timedelta = timedelta(0), **payload: Any) -> None:
    with transaction(owner="orders"):
        jobs.add(thing, name, due=clock.now() + after, **payload)


def set_deadline(thing: Thing, name: str, after: timedelta) -> None:
    with transaction(owner="orders"):
        jobs.set_deadline(thing, name, due=clock.now() + after)


def add_and_fail(thing: Thing) -> None:
    jobs.add(thing, "wash", due=clock.now())
    raise RuntimeError("changed my mind")


def run_due() -> int:
    claimed = running.claim("orders", limit=20)
    for one in claimed:
        running.run("orders", one)
    return len(claimed)


def rows() -> list[Job]:
    return list(Job.objects.using("orders").order_by("created_at"))


def test_a_job_is_done_once_with_its_payload_and_outside_any_transaction(register: Do) -> None:
    done: list[tuple[UUID, int, bool]] = []
    register("wash", lambda key, times: done.append((key, times, in_transaction())))
    thing = new_thing()
    add(thing, "wash", times=2)
    assert run_due() == 1
    assert done == [(thing.id, 2, False)]
    assert rows() == []


def test_a_job_exists_only_if_its_transaction_commits(register: Do) -> None:
    register("wash", lambda key: None)
    thing = new_thing()
    with pytest.raises(RuntimeError), transaction(owner="orders"):
        add_and_fail(thing)
    assert rows() == []
    with pytest.raises(TransactionRequired):
        jobs.add(thing, "wash", due=clock.now())
    with pytest.raises(LookupError), transaction(owner="orders"):
        jobs.add(thing, "iron", due=clock.now())


def test_the_wishes_of_a_transaction_are_written_together_and_the_last_of_each_counts(register: Do) -> None:
    # Given things with wishes made, renewed and dropped in one transaction
    register("wash", lambda key, **_: None)
    register("dry", lambda key: None)
    register("late", lambda key: None, is_deadline=True)
    one, two = new_thing(), new_thing()
    with transaction(owner="orders"):
        jobs.add(one, "wash", due=clock.now(), times=1)
        jobs.set_deadline(one, "late", due=clock.now() + timedelta(hours=1))
        jobs.add(one, "wash", due=clock.now(), times=2)
        jobs.add(two, "dry", due=clock.now())
        jobs.drop(two, "dry")
        jobs.clear_deadline(one)
        jobs.set_deadline(two, "late", due=clock.now() + timedelta(hours=1))
        assert rows() == []
    # Then what was wished for last is there, once
    assert {(job.key, job.slot, job.generation, bytes(job.payload)) for job in rows()} == {
        (one.id, "wash", 1, b'{"times":2}'),
        (two.id, "deadline", 1, b"{}"),
    }


def test_a_wish_made_by_an_inner_transaction_is_kept_with_the_outer_one(register: Do) -> None:
    register("wash", lambda key: None)
    thing = new_thing()
    with transaction(owner="orders"):
        add(thing, "wash")
    assert run_due() == 1


def test_a_wish_that_cannot_be_written_undoes_its_transaction(register: Do) -> None:
    register("wash", lambda key, **_: None)
    thing = new_thing()
    thing.region = "no\0where"
    with pytest.raises(DataError), transaction(owner="orders"):
        jobs.add(thing, "wash", due=clock.now(), wet=Thing.objects.create(region="gb").region)
    assert not Thing.objects.filter(region="gb").exists()
    assert not in_transaction()
    add(new_thing(), "wash")
    assert run_due() == 1


def test_a_job_is_not_done_before_it_is_due(register: Do) -> None:
    register("wash", lambda key: None)
    add(new_thing(), "wash", after=timedelta(hours=1))
    assert run_due() == 0
    with clock.shift(timedelta(hours=1, seconds=1)):
        assert run_due() == 1


def test_a_job_that_fails_is_retried_with_backoff_and_then_held_with_its_cause(register: Do) -> None:
    def fail(key: UUID) -> None:
        raise ConnectionError("the laundry is closed")

    register("wash", fail, attempts=2)
    add(new_thing(), "wash")
    run_due()
    assert rows()[0].due > clock.now()
    assert run_due() == 0
    with clock.shift(timedelta(minutes=1)):
        run_due()
    held = rows()[0]
    assert held.state == JobState.HELD
    assert "the laundry is closed" in held.cause
    # When staff run it again after mending the cause
    register("wash", lambda key: None)
    running.retry("orders", held.id)
    assert run_due() == 1
    assert rows() == []


def test_later_is_no_failed_attempt(register: Do) -> None:
    def not_yet(key: UUID) -> None:
        raise Later(timedelta(seconds=5))

    register("wash", not_yet, attempts=1)
    add(new_thing(), "wash")
    for second in (0, 6, 12):
        with clock.shift(timedelta(seconds=second)):
            assert run_due() == 1
    assert rows()[0].state == JobState.WAITING


def test_a_worker_that_died_loses_its_lease_and_the_job_is_done_by_another(register: Do) -> None:
    done: list[UUID] = []
    register("wash", done.append)
    add(new_thing(), "wash")
    # Given a worker that claimed the job and was killed
    assert len(running.claim("orders", limit=5)) == 1
    assert run_due() == 0
    # When its lease is over
    with clock.shift(timedelta(seconds=61)):
        assert run_due() == 1
    assert len(done) == 1


def test_a_worker_whose_lease_is_over_does_not_take_the_job_from_the_one_who_has_it(register: Do) -> None:
    register("wash", lambda key: None)
    add(new_thing(), "wash")
    slow = running.claim("orders", limit=1)[0]
    with clock.shift(timedelta(seconds=61)):
        quick = running.claim("orders", limit=1)[0]
        running.run("orders", slow)
        assert rows()[0].lease == quick.lease


def test_two_claimers_at_once_never_share_a_job(register: Do) -> None:
    register("wash", lambda key: None)
    for _ in range(30):
        add(new_thing(), "wash")
    taken: list[UUID] = []
    lock = threading.Lock()

    def take() -> None:
        for _ in range(5):
            mine = [claimed.id for claimed in running.claim("orders", limit=3)]
            with lock:
                taken.extend(mine)
        connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 30


def test_a_wish_renewed_while_the_first_is_under_way_is_done_after_it_not_beside_it(register: Do) -> None:
    done: list[int] = []
    register("wash", lambda key, round: done.append(round))
    thing = new_thing()
    add(thing, "wash", round=1)
    first = running.claim("orders", limit=1)[0]
    add(thing, "wash", round=2)
    assert run_due() == 0
    running.run("orders", first)
    assert run_due() == 1
    assert done == [1, 2]
    assert rows() == []


def test_a_full_destination_is_passed_over_and_others_go_on(register: Do) -> None:
    register("call", lambda key: None, destination="provider", cap=2)
    register("wash", lambda key: None)
    for _ in range(5):
        thing = new_thing()
        add(thing, "call")
        add(thing, "wash")
    claimed = running.claim("orders", limit=20)
    assert sorted(one.name for one in claimed) == ["call"] * 2 + ["wash"] * 5
    assert running.claim("orders", limit=20) == []
    running.run("orders", next(one for one in claimed if one.name == "call"))
    assert [one.name for one in running.claim("orders", limit=20)] == ["call"]


def test_a_claim_is_of_so_many_whatever_they_are_for(register: Do) -> None:
    register("call", lambda key: None, destination="provider", cap=5)
    register("wash", lambda key: None)
    for _ in range(5):
        thing = new_thing()
        add(thing, "call")
        add(thing, "wash")
    assert [len(running.claim("orders", limit=3)) for _ in range(5)] == [3, 3, 3, 1, 0]


def test_what_takes_long_comes_last_and_is_removed_by_itself(register: Do) -> None:
    # Given a job that may take long, claimed with others that may not
    left: list[list[str]] = []
    register("reckon", lambda key: left.append([row.name for row in rows()]), lease=timedelta(minutes=15))
    register("wash", lambda key: None)
    for name in ("wash", "reckon", "wash"):
        add(new_thing(), name)
    # When they are done
    running.run("orders", *running.claim("orders", limit=3))
    # Then the others were done and gone before it, and nobody takes them for forgotten
    assert left == [["reckon"]]
    assert rows() == []


def test_an_aggregate_has_one_deadline_which_moves_with_it(register: Do) -> None:
    register("too_slow", lambda key: None, is_deadline=True)
    register("much_too_slow", lambda key: None, is_deadline=True)
    thing = new_thing()
    set_deadline(thing, "too_slow", timedelta(minutes=1))
    set_deadline(thing, "much_too_slow", timedelta(minutes=5))
    assert [row.name for row in rows()] == ["much_too_slow"]
    with transaction(owner="orders"):
        jobs.clear_deadline(thing)
    assert rows() == []


def test_a_deadline_happens_once_in_one_transaction_with_the_aggregate_locked(register: Do) -> None:
    seen: list[bool] = []

    def expire(key: UUID) -> None:
        seen.append(connections["orders"].in_atomic_block)
        Thing.objects.filter(pk=key).update(label="expired")

    register("too_slow", expire, is_deadline=True)
    thing = new_thing()
    set_deadline(thing, "too_slow", timedelta(minutes=1))
    with clock.shift(timedelta(minutes=2)):
        assert run_due() == 1
        assert run_due() == 0
    assert seen == [True]
    assert Thing.objects.get(pk=thing.id).label == "expired"


def test_a_deadline_that_fails_changes_nothing_and_comes_again(register: Do) -> None:
    def fail(key: UUID) -> None:
        Thing.objects.filter(pk=key).update(label="half done")
        raise ValueError("no")

    register("too_slow", fail, is_deadline=True)
    thing = new_thing()
    set_deadline(thing, "too_slow", timedelta(minutes=1))
    with clock.shift(timedelta(minutes=2)):
        run_due()
    assert Thing.objects.get(pk=thing.id).label == ""
    assert rows()[0].lease is None


def test_a_deadline_may_set_the_next_one(register: Do) -> None:
    register("last", lambda key: None, is_deadline=True)
    register(
        "first",
        lambda key: jobs.set_deadline(Thing.lock(key), "last", due=clock.now() + timedelta(minutes=1)),
        is_deadline=True,
    )
    set_deadline(new_thing(), "first", timedelta(0))
    run_due()
    assert [row.name for row in rows()] == ["last"]


def test_an_aggregate_that_moved_in_the_last_moment_is_not_struck_by_its_old_deadline(register: Do) -> None:
    # Given a worker that has claimed the deadline
    struck: list[UUID] = []
    register("too_slow", struck.append, is_deadline=True)
    thing = new_thing()
    set_deadline(thing, "too_slow", timedelta(0))
    claimed = running.claim("orders", limit=1)[0]
    # When the aggregate moves before the worker gets to it
    set_deadline(thing, "too_slow", timedelta(minutes=10))
    running.run("orders", claimed)
    # Then the old deadline does nothing and the new one stands
    assert struck == []
    assert rows()[0].due > clock.now()
    assert rows()[0].lease is None


def test_what_is_done_again_and_again_has_one_row_and_is_never_given_up(register: Do) -> None:
    runs: list[str] = []

    def sweep() -> None:
        runs.append("run")
        if len(runs) == 2:
            raise RuntimeError("the broom broke")

    register("sweep", sweep, attempts=registry.UNENDING, pause=timedelta(seconds=30))
    for _ in range(2):
        running.ensure_unending("orders")
    mine = Job.objects.using("orders").filter(name="sweep")
    assert run_due() >= 1
    assert (len(runs), mine.get().state) == (1, JobState.WAITING)
    with clock.shift(timedelta(seconds=31)):
        run_due()
    assert (len(runs), mine.get().attempts, "broom" in mine.get().cause) == (2, 1, True)
    with clock.shift(timedelta(minutes=2)):
        run_due()
    again = mine.get()
    assert (len(runs), again.attempts, again.cause, again.state) == (3, 0, "", JobState.WAITING)


def test_what_fails_for_ever_waits_no_longer_than_it_may(register: Do) -> None:
    def break_down() -> None:
        raise RuntimeError("again")

    register("sweep", break_down, attempts=registry.UNENDING, pause=timedelta(seconds=30))
    running.ensure_unending("orders")
    mine = Job.objects.using("orders").filter(name="sweep")
    mine.update(attempts=5000)
    run_due()
    again = mine.get()
    assert again.state == JobState.WAITING
    assert again.due <= clock.now() + running.LONGEST_PAUSE * 1.25


def test_a_worker_that_does_not_know_a_job_yet_leaves_it_to_one_that_does(register: Do) -> None:
    # Given work that a newer version has begun, and a worker of the older one
    register("wash", lambda key: None, attempts=1)
    register("sweep", lambda: None, attempts=registry.UNENDING, pause=timedelta(seconds=30))
    add(new_thing(), "wash")
    running.ensure_unending("orders")
    newer = {name: registry._work.pop(("orders", name)) for name in ("wash", "sweep")}
    for minutes in (0, 2):
        with clock.shift(timedelta(minutes=minutes)):
            run_due()
    theirs = Job.objects.using("orders").filter(name__in=newer)
    assert {(job.state, job.attempts, job.lease) for job in theirs} == {(JobState.WAITING, 0, None)}
    assert all("has no job" in job.cause for job in theirs)
    # When one of the newer version comes
    registry._work.update({("orders", name): work for name, work in newer.items()})
    with clock.shift(timedelta(minutes=4)):
        run_due()
    assert [(job.name, job.cause) for job in theirs.all()] == [("sweep", "")]


def test_what_is_done_again_and_again_does_not_stay_held(register: Do) -> None:
    register("wash", lambda key: None)
    register("sweep", lambda: None, attempts=registry.UNENDING, pause=timedelta(seconds=30))
    add(new_thing(), "wash")
    running.ensure_unending("orders")
    Job.objects.using("orders").update(state=JobState.HELD, attempts=12, cause="a version before")
    running.ensure_unending("orders")
    states = dict(Job.objects.using("orders").filter(name__in=["wash", "sweep"]).values_list("name", "state"))
    assert states == {"wash": JobState.HELD, "sweep": JobState.WAITING}
    assert run_due() >= 1


def test_nothing_waits_behind_what_is_done_again_and_again_for_long(register: Do) -> None:
    register("wash", lambda key: None, lease=timedelta(minutes=3))
    usual = running.at_once("orders")
    assert usual > 1
    register("sweep", lambda: None, attempts=registry.UNENDING, pause=timedelta(seconds=30))
    assert running.at_once("orders") == usual
    long = {"pause": timedelta(seconds=30), "lease": timedelta(minutes=3)}
    register("sweep", lambda: None, attempts=registry.UNENDING, **long)
    assert running.at_once("orders") == 1
