"""The rules between modules that imports cannot show, read from the source.

`importlinter.ini` says who may import whom. What else would tie two modules together (a relation, a task's
name, a database alias) is found here, by reading the source without running it, so that a module that has
moved to a repository of its own is held to the same rules.

    for finding in broken(read_modules(Path("."), adopted=ADOPTED_APPS)):
        print(finding)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tiffin.walls import doors, house, policies, relations, storage, tasks
from tiffin.walls.source import Finding, SourceFile, read_modules

Rule = Callable[[SourceFile], Iterator[Finding]]

# Each is named for what it forbids.
RULES: dict[str, Rule] = {
    "relation to another module": relations.to_another_module,
    "foreign key to the user model": relations.to_the_user_model,
    "generic key": relations.generic,
    "migration that depends on another module": relations.in_migrations,
    "model looked up by name": relations.looked_up,
    "database alias": storage.aliases,
    "transaction of Django's": storage.transactions,
    "connection of Django's": storage.connections,
    "signal": tasks.signals,
    "task": tasks.celery,
    "call in a handler": tasks.calls_in_handlers,
    "reading where it runs": house.location,
    "naming a country": house.countries,
    "impure policy": policies.defaults,
    "app under another name": house.app_names,
    "room of another module": doors.of_others,
}


def broken(files: Iterable[SourceFile]) -> Iterator[Finding]:
    """Every place where a module breaks a rule."""
    for file in files:
        for rule in RULES.values():
            yield from rule(file)


__all__ = ["RULES", "Finding", "Rule", "SourceFile", "broken", "read_modules"]
