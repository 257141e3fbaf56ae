"""The plain tables beside this file, read: a row an endpoint, a column an actor."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.matrix.cast import COLUMNS

# What a status says if the cell names no code of its own.
USUAL_CODE = {401: "not_authenticated", 403: "not_allowed"}
NONE = "none"  # 200, and nothing of the object in it
LOGIN = "login"  # 302 to where this actor logs in
REFUSED = "refused"  # 302 back to the page, and nothing was written


class Cell(NamedTuple):
    """What one actor is answered."""

    status: int
    code: str = ""
    word: str = ""

    @property
    def refuses(self) -> bool:
        return self.status >= 400 or self.word in (LOGIN, REFUSED)

    def __str__(self) -> str:
        return self.word or (f"{self.status} {self.code}" if self.code else str(self.status))


class Row(NamedTuple):
    method: str
    path: str
    cells: dict[str, Cell]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def read(name: str) -> list[Row]:
    """The rows of a table. Raises ValueError for one that has not a cell for each actor."""
    lines = Path(__file__).with_name(name).read_text().splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    columns = tuple(rows[0][2:])
    if columns != COLUMNS:
        raise ValueError(f"{name} has the columns {columns}, and the actors are {COLUMNS}")
    return [_row(name, words) for words in rows[1:]]


def _row(name: str, words: list[str]) -> Row:
    method, path, *cells = words
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{name}: {method} {path} has {len(cells)} cells for {len(COLUMNS)} actors")
    return Row(method, path, dict(zip(COLUMNS, map(_cell, cells), strict=True)))


def _cell(text: str) -> Cell:
    if text in (LOGIN, REFUSED):
        return Cell(302, word=text)
    if text == NONE:
        return Cell(200, word=text)
    status, _, code = text.partition(":")
    return Cell(int(status), code or USUAL_CODE.get(int(status), ""))
