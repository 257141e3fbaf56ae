"""`manage.py modules`: the map of the modules, to read, as JSON or as a diagram."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandParser

from tiffin.module_map import ModuleEntry, module_map


class Command(BaseCommand):
    help = "Print the map of the modules: what each offers, publishes, listens to, calls, and does later."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="as one JSON document")
        form.add_argument("--mermaid", action="store_true", help="as a Mermaid flowchart: calls and events")

    def handle(self, **options: Any) -> None:
        entries = module_map()
        if options["json"]:
            document = msgspec.json.encode({"modules": entries})
            self.stdout.write(msgspec.json.format(document, indent=2).decode())
            return
        lines = diagram(entries) if options["mermaid"] else description(entries)
        self.stdout.write("\n".join(lines))


def description(entries: tuple[ModuleEntry, ...]) -> Iterator[str]:
    """The map for a person at a terminal."""
    listeners = _listeners(entries)
    for entry in entries:
        yield entry.name
        for offer in entry.offers:
            yield f"  offers     {offer.interface} v{offer.version}"
            yield from _wrapped("    queries", offer.queries)
            yield from _wrapped("    commands", offer.commands)
            yield from _wrapped("    actions", offer.actions)
        for event in entry.publishes:
            yield f"  publishes  {event}{_heard_by(listeners.get(event, []))}"
        for listening in entry.listens:
            own_name = "" if listening.by == entry.name else f"  (by {listening.by})"
            yield f"  listens    {listening.event}{own_name}"
        for calling in entry.calls:
            yield f"  calls      {calling.interface}: {', '.join(calling.methods)}"
        yield from _wrapped("  jobs", entry.jobs)
        yield from _wrapped("  deadlines", entry.deadlines)
        for route in entry.routes:
            yield f"  answers    {' '.join(route.methods):12} {route.path}"
        yield ""


def diagram(entries: tuple[ModuleEntry, ...]) -> Iterator[str]:
    """Solid arrows call, dotted ones carry events."""
    yield "flowchart LR"
    for entry in entries:
        yield f"    {entry.name}"
    for entry in entries:
        for calling in entry.calls:
            yield f"    {entry.name} -->|{_counted(len(calling.methods), 'method')}| {calling.module}"
        for producer in sorted({listening.event.split(".")[0] for listening in entry.listens}):
            count = sum(listening.event.startswith(f"{producer}.") for listening in entry.listens)
            yield f"    {producer} -.->|{_counted(count, 'event')}| {entry.name}"


def _listeners(entries: tuple[ModuleEntry, ...]) -> dict[str, list[str]]:
    listeners: dict[str, list[str]] = {}
    for entry in entries:
        for event in dict.fromkeys(listening.event for listening in entry.listens):
            listeners.setdefault(event, []).append(entry.name)
    return listeners


def _heard_by(modules: list[str]) -> str:
    return f"  → {', '.join(modules)}" if modules else "  (nobody listens)"


def _wrapped(title: str, names: tuple[str, ...]) -> Iterator[str]:
    if names:
        yield f"{title:12} {', '.join(names)}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
