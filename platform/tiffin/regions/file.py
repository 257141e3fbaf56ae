"""Reads a region.toml into tables of dated rows, and refuses what could be misread later."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Annotated, Any

import msgspec

from tiffin.dto import DTO

Tables = Mapping[str, tuple["Row", ...]]

_DATING = ("valid_from", "valid_to", "source", "confirmed")


class RegionFileError(ValueError):
    """A region's file says something that cannot be read in one way only. The message names file and row."""


class Dating(DTO):
    """What every row says about itself: from which to which local day (inclusive) it is in force, where it
    is written, and whether somebody has read it there."""

    valid_from: date
    source: Annotated[str, msgspec.Meta(min_length=1)]
    confirmed: bool
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Row(DTO):
    """One row of a table: `place` says where it stands, for messages; `data` is what it says."""

    place: str
    dating: Dating
    data: dict[str, Any]

    @property
    def subject(self) -> tuple[tuple[str, str], ...]:
        """What the row is about: its words. Numbers are what it says about it; a setting has one subject."""
        if "value" in self.data:
            return ()
        return tuple(sorted((key, value) for key, value in self.data.items() if _is_word(value)))

    def overlaps(self, other: Row) -> bool:
        last, other_last = (row.dating.valid_to or date.max for row in (self, other))
        return self.dating.valid_from <= other_last and other.dating.valid_from <= last

    def complain(self, about: object) -> RegionFileError:
        return RegionFileError(f"{self.place}: {about}")


def read(text: str, *, path: str) -> tuple[str, Tables]:
    """The region's name and its tables by dotted name; `path` is for messages.

    Raises RegionFileError: no TOML, a row without its dating, rows that contradict each other.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegionFileError(f"{path}: {error}") from error
    name = document.pop("name", None)
    if not isinstance(name, str) or not name:
        raise RegionFileError(f'{path}: the file must begin with the region\'s name: name = "…"')
    tables = {table: _rows(rows, f"{path}: {table}") for table, rows in _tables(document, path)}
    for rows in tables.values():
        _refuse_contradictions(rows)
    return name, tables


def _tables(document: dict[str, Any], path: str, prefix: str = "") -> Iterator[tuple[str, list[Any]]]:
    for key, value in document.items():
        table = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _tables(value, path, f"{table}.")
        elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            yield table, value
        else:
            raise RegionFileError(
                f"{path}: {table}: expected rows with valid_from, source and confirmed, not {value!r}"
            )


def _rows(rows: list[dict[str, Any]], table: str) -> tuple[Row, ...]:
    return tuple(_row(row, f"{table}, row {number}") for number, row in enumerate(rows, start=1))


def _row(row: dict[str, Any], place: str) -> Row:
    dating = {key: row[key] for key in _DATING if key in row}
    data = {key: value for key, value in row.items() if key not in _DATING}
    if "value" in data and len(data) > 1:
        extra = ", ".join(sorted(data.keys() - {"value"}))
        raise RegionFileError(f"{place}: a setting has nothing but its value; unknown: {extra}")
    try:
        read_row = Row(place=place, dating=msgspec.convert(dating, Dating), data=data)
    except msgspec.ValidationError as error:
        raise RegionFileError(f"{place}: {error}") from error
    if read_row.dating.valid_to is not None and read_row.dating.valid_to < read_row.dating.valid_from:
        raise read_row.complain("valid_to is before valid_from")
    return read_row


def _refuse_contradictions(rows: tuple[Row, ...]) -> None:
    for earlier, later in combinations(rows, 2):
        if earlier.subject == later.subject and earlier.overlaps(later):
            raise later.complain(f"in force on the same days as: {earlier.place}")


def _is_word(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        float(value)
    except ValueError:
        return True
    return False
