"""One region: what is in force in it on a day, and its policies."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tiffin.regions.file import RegionFileError, Row, Tables
from tiffin.regions.policy import Policy

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)
P = TypeVar("P", bound=Policy)

_CURRENCY = re.compile(r"[A-Z]{3}")


class NoRuleInForce(LookupError):
    """A region says nothing about this on that day."""


class SeveralRulesInForce(LookupError):
    """A region has several rows where one was asked for; ask for `rules`."""


class Region:
    """A jurisdiction. `code` as in `regions/<code>/`, `currency` ISO 4217, `languages` BCP 47 tags with the
    default first; `prices_include_tax` says whether prices are shown gross."""

    def __init__(self, *, code: str, package: str, path: str, name: str, tables: Tables) -> None:
        self.code = code
        self.package = package
        self.path = path
        self.name = name
        self.tables = tables
        self._read: dict[tuple[str, Any], tuple[tuple[Row, Any], ...]] = {}
        self._policies: dict[type[Policy], Policy] = {}
        self.currency = self._for_ever("currency", str)
        if not _CURRENCY.fullmatch(self.currency):
            raise self._complain(f"currency: {self.currency!r} is no ISO 4217 code")
        self.prices_include_tax = self._for_ever("prices_include_tax", bool)
        self.languages = tuple(self._for_ever("languages", list[str]))
        self.time_zone = self._zone(self._for_ever("time_zone", str))

    def __repr__(self) -> str:
        return f"Region({self.code!r})"

    def local(self, moment: datetime) -> datetime:
        """`moment` (aware) as the region's clocks show it."""
        if moment.tzinfo is None:
            raise ValueError("a region's local time is taken of an aware datetime")
        return moment.astimezone(self.time_zone)

    def end_of(self, day: date) -> datetime:
        """Midnight after the local day, which with the summer time may come 23 or 25 hours after the last."""
        return datetime.combine(day + timedelta(days=1), time(0), tzinfo=self.time_zone)

    def rule(self, table: str, shape: type[S], *, on: date) -> S:
        """The one row of `table` in force on the local day `on`.

        Raises NoRuleInForce, SeveralRulesInForce, and RegionFileError when a row has not that shape.
        """
        rows = self.rules(table, shape, on=on)
        if not rows:
            raise NoRuleInForce(f"{self.path}: {table}: nothing is in force on {on}")
        if len(rows) > 1:
            raise SeveralRulesInForce(f"{self.path}: {table}: {len(rows)} rows are in force on {on}")
        return rows[0]

    def rules(self, table: str, shape: type[S], *, on: date) -> list[S]:
        """The rows of `table` in force on the local day `on`, in the order of the file; may be empty."""
        return [value for row, value in self._values(table, shape) if row.dating.in_force(on)]

    def setting(self, table: str, kind: type[T], *, on: date) -> T:
        """The single value of `table` in force on the local day `on`.

        Raises NoRuleInForce, and RegionFileError when the value is not of that kind.
        """
        for row, value in self._values(table, kind, key="value"):
            if row.dating.in_force(on):
                return value
        raise NoRuleInForce(f"{self.path}: {table}: nothing is in force on {on}")

    def policy(self, question: type[P]) -> P:
        """This region's answer to `question`, or the default; the same instance each time."""
        if question not in self._policies:
            self._policies[question] = self._find_policy(question)()
        return cast(P, self._policies[question])

    def _find_policy(self, question: type[P]) -> type[P]:
        home = f"{self.package}.{question.module}"
        if find_spec(home) is None:
            return question
        answers = [
            member
            for member in vars(import_module(home)).values()
            if isinstance(member, type) and issubclass(member, question) and member.__module__ == home
        ]
        if len(answers) > 1:
            names = ", ".join(answer.__name__ for answer in answers)
            raise RegionFileError(f"{home}: {question.__name__} has several answers: {names}")
        return answers[0] if answers else question

    def _values(self, table: str, kind: type[T], *, key: str | None = None) -> tuple[tuple[Row, T], ...]:
        cached = self._read.get((table, kind))
        if cached is None:
            rows = self.tables.get(table, ())
            cached = tuple((row, _converted(row, kind, key)) for row in rows)
            self._read[table, kind] = cached
        return cached

    def _for_ever(self, table: str, kind: type[T]) -> T:
        values = self._values(table, kind, key="value")
        if len(values) != 1 or values[0][0].dating.valid_to is not None:
            raise self._complain(f"{table}: expected one row that never ends")
        return values[0][1]

    def _zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise self._complain(f"time_zone: {name!r} is no IANA time zone") from error

    def _complain(self, about: str) -> RegionFileError:
        return RegionFileError(f"{self.path}: {about}")


def _converted(row: Row, kind: Any, key: str | None) -> Any:
    if key is not None and key not in row.data:
        raise row.complain(f"expected a single {key}")
    data = row.data if key is None else row.data[key]
    if key is None:
        unknown = row.data.keys() - {field.encode_name for field in msgspec.structs.fields(kind)}
        if unknown:
            raise row.complain(f"unknown: {', '.join(sorted(unknown))}")
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise row.complain(error) from error
