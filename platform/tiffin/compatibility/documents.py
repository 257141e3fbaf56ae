"""Two documents of `contracts/`, the last released one and today's: every way in which today's breaks it.

Arguments: what could be said must still be read. Answers, refusals and events must be read both ways: a
caller of the last release reads today's, and today's caller the last release's, which still runs somewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tiffin.compatibility.parts import Part, Schema
from tiffin.compatibility.schemas import Seen, gone, newly_required, unreadable

Document = dict[str, Any]


def breaking(last: Path, now: Path) -> list[str]:
    """Every break between two folders of documents, file by file. A file that is new breaks nobody."""
    return [
        f"{file.name.removesuffix('.json')}: {problem}"
        for file in sorted(last.glob("*.json"))
        for problem in _breaking_file(file, now / file.name)
    ]


def _breaking_file(last: Path, now: Path) -> list[str]:
    before = json.loads(last.read_text())
    events = "events" in before
    after = (
        json.loads(now.read_text()) if now.is_file() else {"events" if events else "methods": {}, "types": {}}
    )
    return (breaking_events if events else breaking_interface)(before, after)


def breaking_interface(last: Document, now: Document) -> list[str]:
    """Every break of an interface under one version, in words."""
    comparison = _Comparison(last, now)
    for name, method in last["methods"].items():
        if name in now["methods"]:
            comparison.compare_method(name, method, now["methods"][name])
        elif not method.get("deprecated"):
            comparison.say(f"{name} is gone")
    comparison.compare_names([method for method in last["methods"].values() if not method.get("deprecated")])
    return comparison.problems


def breaking_events(last: Document, now: Document) -> list[str]:
    """Every break of a module's events, in words."""
    comparison = _Comparison(last, now)
    for wire, event in last["events"].items():
        if wire in now["events"]:
            comparison.compare_both_ways(event["payload"], now["events"][wire]["payload"], wire)
        elif not event.get("deprecated"):
            comparison.say(f"{wire} is gone")
    comparison.compare_names([event for event in last["events"].values() if not event.get("deprecated")])
    return comparison.problems


class _Comparison:
    """Of two documents. Each pair of types is compared once for each question, however many name it."""

    def __init__(self, last: Document, now: Document) -> None:
        self._last_types, self._now_types = last["types"], now["types"]
        self._seen: dict[str, Seen] = {}
        self.problems: list[str] = []

    def say(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def compare_method(self, name: str, last: Schema, now: Schema) -> None:
        if last["kind"] != now["kind"]:
            self.say(f"{name} was {_a(last['kind'])} and is {_a(now['kind'])}")
        self.compare_arguments(last["parameters"], now["parameters"], name)
        self.compare_both_ways(last["answer"], now["answer"], f"{name}: the answer")
        for code in last["errors"].keys() | now["errors"].keys():
            self._compare_error(name, code, last["errors"], now["errors"])

    def _compare_error(self, name: str, code: str, last: Schema, now: Schema) -> None:
        if code not in last:
            self.say(f"{name}: the refusal {code} is new; callers of the last release do not know it")
        elif code in now:
            self.compare_both_ways(last[code]["data"], now[code]["data"], f"{name}: the refusal {code}")
        elif not last[code].get("deprecated"):
            self.say(f"{name}: the refusal {code} is gone; modules of the last release still answer it")

    def compare_arguments(self, last: Schema, now: Schema, where: str) -> None:
        one, two = self._parts(last, now)
        for problem in unreadable(one, two, where, self._of("arguments")):
            self.say(f"{problem}: the argument was narrowed")
        self._compare_fields(
            one, two, where, "arguments", "is new, and callers of the last release do not say it"
        )

    def compare_both_ways(self, last: Schema, now: Schema, where: str) -> None:
        one, two = self._parts(last, now)
        for problem in unreadable(two, one, where, self._of("said now")):
            self.say(f"{problem}: it was widened, and readers of the last release refuse it")
        for problem in unreadable(one, two, where, self._of("said last")):
            self.say(f"{problem}: it was narrowed, and what the last release says is refused")
        self._compare_fields(
            one, two, where, "answers", "is new and has no default; the last release does not say it"
        )

    def _compare_fields(self, one: Part, two: Part, where: str, what: str, new: str) -> None:
        for field in newly_required(one, two, where, self._of(f"{what} required")):
            self.say(f"{field} {new}")
        for problem in gone(one, two, where, self._of("gone")):
            self.say(problem)

    def compare_names(self, kept: list[Schema]) -> None:
        """Types are imported by name, so those of what is still offered keep theirs."""
        for name in sorted(_reached(kept, self._last_types) - self._now_types.keys()):
            self.say(f"the type {name} is gone, or has another name")

    def _parts(self, last: Schema, now: Schema) -> tuple[Part, Part]:
        return Part(last, self._last_types), Part(now, self._now_types)

    def _of(self, question: str) -> Seen:
        return self._seen.setdefault(question, set())


def _a(kind: str) -> str:
    return f"an {kind}" if kind == "action" else f"a {kind}"


def _reached(schemas: list[Schema], types: dict[str, Schema]) -> set[str]:
    found: set[str] = set()
    open_ends: list[Any] = list(schemas)
    while open_ends:
        for name in _named(open_ends.pop()):
            if name not in found:
                found.add(name)
                open_ends.append(types.get(name, {}))
    return found


def _named(schema: Any) -> Iterator[str]:
    """The types that a schema names, but for its deprecated parts."""
    if isinstance(schema, list):
        for each in schema:
            yield from _named(each)
    elif isinstance(schema, dict) and not isinstance(schema.get("deprecated"), bool | str):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        for each in schema.values():
            yield from _named(each)
