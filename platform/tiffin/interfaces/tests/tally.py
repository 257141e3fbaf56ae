"""A small interface to test with: tallies in the schema of `orders`, under a version that nobody else has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import Any, NewType
from uuid import UUID

from django.db import connections

from tiffin import db
from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, Interface, action, command, query
from tiffin.money import Money

ALIAS = "orders"
TallyId = NewType("TallyId", UUID)


class Mood(Enum):
    CALM = "calm"
    BUSY = "busy"


class Tally(DTO):
    name: str
    total: int


class Parcel(DTO):
    """One of everything that may cross."""

    id: TallyId
    mood: Mood
    price: Money
    at: datetime
    note: str | None = None
    tags: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    lines: list[Tally] = []
    sealed: bytes = b""
    share: float = 0.0
    inner: tuple[Parcel, ...] = ()


class LimitReached(DomainError, code="limit_reached", status=409):
    """The tally is full."""

    detail = "{name} may not go above {limit}."
    name: str
    limit: int


class Undeclared(DomainError, code="undeclared", status=409):
    """Nobody declares this."""


class Tallies(Interface, module="orders", version=99):
    """Counts things."""

    @query(timeout=0.5, errors=(LimitReached,))
    def read(self, *, name: str) -> Tally:
        """How far the tally is."""
        ...

    @query(timeout=0.5)
    def echo(self, *, parcel: Parcel) -> Parcel: ...

    @query(timeout=0.5)
    def echo_many(self, *, parcels: list[Parcel]) -> list[Parcel]: ...

    @query(timeout=0.5)
    def moment(self, *, at: datetime | None = None) -> datetime: ...

    @command(timeout=2.0, errors=(LimitReached,))
    def add(self, *, key: CommandKey, name: str, amount: int, tags: dict[str, str] | None = None) -> Tally:
        """Count on."""
        ...

    @action(timeout=0.5, errors=(LimitReached,))
    def ring(self, *, name: str) -> int:
        """Make a noise; nobody keeps it."""
        ...


class ScriptedTallies(Tallies):
    """Does what the test says; `calls` are the arguments it was called with."""

    def __init__(self, script: Callable[..., Any]) -> None:
        self.script = script
        self.calls: list[dict[str, Any]] = []

    def read(self, *, name: str) -> Tally:
        return self._play(name=name)

    def echo(self, *, parcel: Parcel) -> Parcel:
        return self._play(parcel=parcel)

    def echo_many(self, *, parcels: list[Parcel]) -> list[Parcel]:
        return self._play(parcels=parcels)

    def moment(self, *, at: datetime | None = None) -> datetime:
        return self._play(at=at)

    def add(self, *, key: CommandKey, name: str, amount: int, tags: dict[str, str] | None = None) -> Tally:
        return self._play(key=key, name=name, amount=amount, tags=tags)

    def ring(self, *, name: str) -> int:
        return self._play(name=name)

    def _play(self, **arguments: Any) -> Any:
        self.calls.append(arguments)
        return self.script(**arguments)


def write_effect(name: str, amount: int) -> None:
    """One row of effect, in the transaction that is open."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("INSERT INTO tally_effect (name, amount) VALUES (%s, %s)", [name, amount])


def effects() -> list[tuple[str, int]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT name, amount FROM tally_effect ORDER BY id")
        return cursor.fetchall()


def answers() -> list[tuple[str, str, str, int]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT caller, method, key, outcome FROM command_answer ORDER BY id")
        return cursor.fetchall()


def count_on(*, key: str, name: str, amount: int, tags: dict[str, str] | None = None) -> Tally:
    """What a well-behaved service does, joined to the transaction of the dispatch."""
    with db.transaction(owner=ALIAS):
        write_effect(name, amount)
        total = sum(each for _, each in effects())
        if total > 100:
            raise LimitReached(name=name, limit=100)
    return Tally(name=name, total=total)


@contextmanager
def effect_table() -> Iterator[None]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS tally_effect")
        cursor.execute("CREATE TABLE tally_effect (id serial, name text UNIQUE, amount integer)")
    try:
        yield
    finally:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("DROP TABLE tally_effect")
