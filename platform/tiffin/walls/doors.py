"""A module is entered by its front doors only: `interface` and `events`."""

from __future__ import annotations

from collections.abc import Iterator

from tiffin.walls.source import Finding, SourceFile

FRONT_DOORS = frozenset({"interface", "events"})


def of_others(file: SourceFile) -> Iterator[Finding]:
    """An import from another module's inner rooms, or from behind one of its doors.

    `importlinter.ini` finds the first too; the second it cannot tell from the door's own package.
    """
    for name, line in file.imports:
        parts = name.split(".")
        if parts[0] != "modules" or len(parts) < 2 or parts[1] == file.module:
            continue
        door = parts[2] if len(parts) > 2 else "the package itself"
        if door not in FRONT_DOORS:
            yield file.finding(line, f"{name}: {door} is {parts[1]}'s own; there are interface and events")
        elif len(parts) > 4:
            yield file.finding(line, f"{name}: import it from modules.{parts[1]}.{door} itself")
