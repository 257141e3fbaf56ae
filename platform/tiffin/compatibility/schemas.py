"""What one schema says that another cannot read, and what has gone from one to the next."""

from __future__ import annotations

from collections.abc import Iterator

from tiffin.compatibility.parts import Part

Seen = set[tuple[str, str]]


def unreadable(said: Part, read: Part, where: str, seen: Seen) -> Iterator[str]:
    """Where, and what of `said`, a reader of `read` refuses. Enumerations are compared by `gone`, and so are
    fields that are no longer said. A pair of named types is looked at once (`seen`)."""
    for option in said.options():
        readers = [reader for reader in read.options() if reader.reads(option)]
        if not readers:
            yield f"{where}: {option} is not {read}"
        else:
            # Of several that might read it, the one that refuses least.
            yield from min((list(_unreadable(option, each, where, seen)) for each in readers), key=len)


def _unreadable(said: Part, read: Part, where: str, seen: Seen) -> Iterator[str]:
    if said.name and read.name:
        if (said.name, read.name) in seen:
            return
        seen.add((said.name, read.name))
        where = read.name
    said, read = said.followed(), read.followed()
    for bound in read.bounds_within(said):
        yield f"{where}: what is beyond {bound} is not read"
    for name, field in read.properties.items():
        if name in said.properties:
            inner = said.of(said.properties[name])
            yield from unreadable(inner, read.of(field), f"{where}.{name}", seen)
    said_inside = said.inside()
    for path, inner in read.inside().items():
        if path in said_inside:
            yield from unreadable(said_inside[path], inner, f"{where}{path}", seen)
    if "prefixItems" in read.schema and len(said_inside) != len(read.inside()):
        yield f"{where}: {len(said_inside)} values are not {len(read.inside())}"


def newly_required(last: Part, now: Part, where: str, seen: Seen) -> Iterator[str]:
    """The fields that must be there now and that nobody said in the last release."""
    for one, other, place in _pairs(last, now, where, seen):
        for name in sorted(other.required - one.properties.keys()):
            yield f"{place}.{name}"


def gone(last: Part, now: Part, where: str, seen: Seen) -> Iterator[str]:
    """The fields and members that are there no more, and the members that readers of the last release do not
    know. A field that was deprecated and need not be there may go."""
    for one, other, place in _pairs(last, now, where, seen):
        for name, field in one.properties.items():
            if name not in other.properties and not (field.get("deprecated") and name not in one.required):
                yield f"{place}.{name} is gone"
        if one.kind == other.kind == ("enum",):
            for member in sorted(one.members - other.members, key=str):
                yield f"{place}: the member {member} is gone"
            if not one.is_open:
                for member in sorted(other.members - one.members, key=str):
                    yield f"{place}: the member {member} is new, and readers do not know UNKNOWN"


def _pairs(last: Part, now: Part, where: str, seen: Seen) -> Iterator[tuple[Part, Part, str]]:
    """What belongs together in two schemas, all the way down."""
    for option in last.options():
        others = [other for other in now.options() if other.reads(option)]
        other = next((each for each in others if each.name == option.name), others[0] if others else None)
        if other is None:
            continue
        place = where
        if option.name and other.name:
            if (option.name, other.name) in seen:
                continue
            seen.add((option.name, other.name))
            place = option.name
        one, two = option.followed(), other.followed()
        yield one, two, place
        for name in one.properties.keys() & two.properties.keys():
            inner = one.of(one.properties[name]), two.of(two.properties[name])
            yield from _pairs(*inner, f"{place}.{name}", seen)
        inside = two.inside()
        for path, part in one.inside().items():
            if path in inside:
                yield from _pairs(part, inside[path], f"{place}{path}", seen)
