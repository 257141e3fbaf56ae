"""What concurrent transactions could break, played with real connections in a fixed order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

import pytest
from django.db import connections

from tiffin.db.transactions import transaction
from tiffin.log import cursors, feed
from tiffin.log.publishing import SHARDS, publish, shard_of
from tiffin.log.pump import pump
from tiffin.log.subscribers import Handler, Subscriber
from tiffin.models import HeldEvent
from tiffin.testing.things import Effect, Thing, ThingNumbered, new_thing, number, numbers_of, record_effect

PATIENCE_SECONDS = 10
KINDS = {"thing_numbered"}


class Elsewhere:
    """Another connection: runs steps in a thread of its own, one at a time, when told to."""

    def __init__(self) -> None:
        self._steps: list[tuple[Callable[[], object], threading.Event]] = []
        self._wake = threading.Condition()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def start(self, step: Callable[[], object]) -> threading.Event:
        """Begin a step and return at once; the event is set when it is done."""
        done = threading.Event()
        with self._wake:
            self._steps.append((step, done))
            self._wake.notify()
        return done

    def run(self, step: Callable[[], object]) -> None:
        done = self.start(step)
        assert done.wait(PATIENCE_SECONDS), "the step is stuck"
        if self._error:
            raise self._error

    def end(self) -> None:
        self.run(connections.close_all)

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._steps:
                    self._wake.wait()
                step, done = self._steps.pop(0)
            try:
                step()
            except BaseException as error:
                self._error = error
            done.set()


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    other = Elsewhere()
    try:
        yield other
    finally:
        other.end()


class OpenTransaction:
    """A transaction of `orders` that steps can be put into."""

    def __init__(self, where: Elsewhere) -> None:
        self.where = where
        self._manager: AbstractContextManager[None] = transaction(owner="orders")
        where.run(self._manager.__enter__)

    def take_transaction_id(self) -> None:
        self.where.run(lambda: Thing.objects.create(region="pl", label="only for an id"))

    def commit(self) -> None:
        self.where.run(lambda: self._manager.__exit__(None, None, None))

    def roll_back(self) -> None:
        self.where.run(lambda: self._manager.__exit__(RuntimeError, RuntimeError(), None))


def publish_number(thing: Thing, n: int) -> None:
    publish(Thing.lock(thing.id), ThingNumbered(thing_id=thing.id, number=n))


def pump_all(reader: Subscriber) -> int:
    moved = 0
    while progress := pump(reader, "orders", range(SHARDS)).moved:
        moved += progress
    return moved


def test_a_transaction_that_took_its_id_early_and_waited_is_read_after_the_one_it_waited_for(
    reader: Subscriber,
) -> None:
    # Given a transaction that has its id, and a later one that locks the thing first
    thing = new_thing()
    with elsewhere() as one, elsewhere() as two:
        early = OpenTransaction(one)
        early.take_transaction_id()
        late = OpenTransaction(two)
        late.take_transaction_id()
        two.run(lambda: publish_number(thing, 1))
        # When the early one waits for the lock, gets it, and publishes too
        waiting = one.start(lambda: publish_number(thing, 2))
        assert not waiting.wait(0.2)
        late.commit()
        assert waiting.wait(PATIENCE_SECONDS)
        # Then what is published first cannot be read before the early one ends
        assert pump_all(reader) == 0
        early.commit()
        # And both are read in the order in which they happened
        assert pump_all(reader) == 2
        assert numbers_of(thing) == [1, 2]


def test_a_late_commit_is_never_passed_over(reader: Subscriber) -> None:
    # Given a transaction that has published but not committed, and one after it that has
    first, second = new_thing(), new_thing()
    with elsewhere() as one:
        slow = OpenTransaction(one)
        one.run(lambda: publish_number(first, 1))
        number(second, 2)
        # When the pump reads meanwhile
        progress = pump(reader, "orders", range(SHARDS))
        # Then it passes nothing over, and knows that there is more to come
        assert progress.moved == 0
        assert progress.waiting
        slow.commit()
        assert pump_all(reader) == 2
        assert (numbers_of(first), numbers_of(second)) == ([1], [2])


def test_what_is_rolled_back_was_never_said(reader: Subscriber) -> None:
    thing = new_thing()
    with elsewhere() as one:
        doomed = OpenTransaction(one)
        one.run(lambda: publish_number(thing, 1))
        doomed.roll_back()
    number(thing, 2)
    assert pump_all(reader) == 1
    assert numbers_of(thing) == [2]


def test_a_transaction_elsewhere_in_the_server_holds_the_horizon_back(reader: Subscriber) -> None:
    # The horizon is the server's: another module's transaction counts, for it might be ours.
    thing = new_thing()
    with elsewhere() as one:
        manager = transaction(owner="payments")
        one.run(manager.__enter__)
        one.run(lambda: connections["payments"].cursor().execute("SELECT pg_current_xact_id()"))
        number(thing, 1)
        assert pump(reader, "orders", range(SHARDS)).moved == 0
        one.run(lambda: manager.__exit__(None, None, None))
    assert pump_all(reader) == 1


def test_two_pumps_on_one_shard_give_each_event_one_effect(reader: Subscriber) -> None:
    # Given a pump that holds the shard's cursor
    thing = new_thing()
    number(thing, *range(50))
    with elsewhere() as one:
        manager = transaction(owner="payments")
        places = cursors.places(reader, "orders", range(SHARDS))
        one.run(manager.__enter__)
        one.run(lambda: cursors.lock_unmoved(reader, "orders", places))
        # When another comes for the same shard
        # Then it leaves the shard alone and does not wait
        assert pump(reader, "orders", [shard_of(thing.id)]).moved == 0
        one.run(lambda: manager.__exit__(None, None, None))
    assert pump_all(reader) == 50
    assert numbers_of(thing) == list(range(50))


def test_where_another_is_at_work_no_place_is_reckoned(
    reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given two batches of one shard, of which another pump has just locked the cursor
    monkeypatch.setattr("tiffin.log.pump.EVENTS_A_BATCH", 1)
    thing = new_thing()
    number(thing, 1, 2)
    asked: list[object] = []

    def is_taken(*of: object) -> cursors.Unmoved:
        asked.append(of)
        return cursors.Unmoved(set(), False)

    with monkeypatch.context() as patch:
        patch.setattr(cursors, "lock_unmoved", is_taken)
        # When it comes there
        progress = pump(reader, "orders", range(SHARDS))
    # Then it does not go on behind the first batch, as if it knew what becomes of it, and comes again
    assert (progress.moved, progress.waiting, len(asked)) == (0, True, 1)
    assert pump_all(reader) == 2


def test_many_pumps_at_once_over_many_keys_lose_and_repeat_nothing(reader: Subscriber) -> None:
    # Given writers and pumps that all run at the same time
    made = [new_thing() for _ in range(12)]
    errors: list[BaseException] = []
    writing = threading.Event()
    writing.set()

    def write(mine: list[Thing]) -> None:
        for n in range(15):
            for thing in mine:
                number(thing, n)

    def pump_meanwhile() -> None:
        while writing.is_set():
            pump(reader, "orders", range(SHARDS))

    def guarded(step: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                step()
            except BaseException as error:
                errors.append(error)
            finally:
                connections.close_all()

        return run

    writers = [threading.Thread(target=guarded(lambda m=made[i::3]: write(m))) for i in range(3)]
    pumps = [threading.Thread(target=guarded(pump_meanwhile)) for _ in range(3)]
    for thread in writers + pumps:
        thread.start()
    for thread in writers:
        thread.join()
    writing.clear()
    for thread in pumps:
        thread.join()
    # When the last are read too
    pump_all(reader)
    # Then each key's events had their effect once, in their order
    assert not errors
    assert all(numbers_of(thing) == list(range(15)) for thing in made)


def test_the_feed_goes_on_over_a_new_epoch(reader: Subscriber) -> None:
    # Given a log that has moved to a new home, where transaction ids begin again
    thing = new_thing()
    number(thing, 1)
    pump_all(reader)
    number(thing, 2)
    with connections["orders"].cursor() as cursor:
        cursor.execute("UPDATE log_home SET epoch = 2")
        cursor.execute("ALTER TABLE log_event ALTER COLUMN epoch SET DEFAULT 2")
    try:
        with connections["orders"].cursor() as cursor:
            cursor.execute("UPDATE test_thing SET log_txid = 0")
        number(thing, 3)
        # When the subscriber reads on
        pump_all(reader)
        # Then it gets what was left of the old epoch before the new
        assert numbers_of(thing) == [1, 2, 3]
        assert feed.horizon("orders")[0] == 2
    finally:
        with connections["orders"].cursor() as cursor:
            cursor.execute("UPDATE log_home SET epoch = 1")
            cursor.execute("ALTER TABLE log_event ALTER COLUMN epoch SET DEFAULT 1")


def test_two_batches_that_lock_each_others_rows_both_get_through(reader: Subscriber) -> None:
    # Given a batch of two keys, and somebody who has the second and will want the first
    first, second = new_thing(), new_thing()
    with connections["payments"].cursor() as cursor:
        for thing in (first, second):
            cursor.execute("INSERT INTO test_effect (thing, number) VALUES (%s, 0)", [thing.id])

    def lock(thing_id: UUID) -> None:
        list(Effect.objects.select_for_update().filter(thing=thing_id, number=0))

    reader.handlers["orders", "thing_numbered"][1] = Handler(
        lambda event: (lock(event.thing_id), record_effect(event)), ThingNumbered, batched=False
    )
    number(first, 1)
    number(second, 1)
    order = [
        event.key
        for event in feed.read(
            "orders", cursors.places(reader, "orders", range(SHARDS)), KINDS, limit=9
        ).events
    ]
    manager = transaction(owner="payments")

    def cross() -> None:
        lock(order[0])
        manager.__exit__(None, None, None)

    with elsewhere() as one:
        one.run(manager.__enter__)
        one.run(lambda: lock(order[1]))
        # When the pump waits for the second with the first locked, and they want what it has
        rival = threading.Timer(
            0.1, lambda: one.start(lambda: (lock(order[0]), manager.__exit__(None, None, None)))
        )
        rival.start()
        pump_all(reader)
        rival.join()
    pump_all(reader)
    # Then everything has its effect, once
    assert numbers_of(first) == numbers_of(second) == [0, 1]
    assert not HeldEvent.objects.using("payments").exists()
