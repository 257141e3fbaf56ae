"""The map of the modules: what each offers and publishes, to whom it listens, whom it calls, what it does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from tiffin.dto import DTO
from tiffin.interfaces.contracts import Kind
from tiffin.interfaces.registry import contract_of
from tiffin.jobs.registry import registered
from tiffin.log.events import event_classes
from tiffin.log.subscribers import subscribers
from tiffin.modules import ModuleConfig
from tiffin.walls import SourceFile, read_modules
from tiffin.walls.calls import InterfaceCall, interface_calls

_VERBS = ("get", "post", "put", "patch", "delete")


class Offer(DTO):
    """An interface and its methods: queries change nothing, commands take a key, actions are sent once."""

    interface: str
    version: int
    queries: tuple[str, ...]
    commands: tuple[str, ...]
    actions: tuple[str, ...]


class Listening(DTO):
    """An event's wire name and the subscriber of the module that handles it."""

    event: str
    by: str


class Calling(DTO):
    """The methods of another module's interface that a module uses."""

    module: str
    interface: str
    methods: tuple[str, ...]


class Route(DTO):
    """An address at which the module answers, and the HTTP methods; `ANY` where the view itself decides.

    What is `live` stays open and sends what happens: the stream process answers it.
    """

    path: str
    methods: tuple[str, ...]
    live: bool


class ModuleEntry(DTO):
    """One module on the map. `secrets` are the settings that only it may know."""

    name: str
    owns_data: bool
    secrets: tuple[str, ...]
    offers: tuple[Offer, ...]
    publishes: tuple[str, ...]
    listens: tuple[Listening, ...]
    calls: tuple[Calling, ...]
    jobs: tuple[str, ...]
    deadlines: tuple[str, ...]
    routes: tuple[Route, ...]


def module_map() -> tuple[ModuleEntry, ...]:
    """Every module of this process, as its registers and its source say. Django must be set up."""
    configs = [config for config in apps.get_app_configs() if isinstance(config, ModuleConfig)]
    calls = interface_calls(_sources(configs))
    routes = list(_routes(get_resolver().url_patterns, "/"))
    return tuple(_entry(config, calls, routes) for config in configs)


def _entry(config: ModuleConfig, calls: list[InterfaceCall], routes: list[tuple[str, Route]]) -> ModuleEntry:
    module = config.label
    work = registered(module)
    return ModuleEntry(
        name=module,
        owns_data=module in settings.TIFFIN_MODULES,
        secrets=config.secrets,
        offers=tuple(map(_offer, config.provides)),
        publishes=tuple(sorted(wire for wire, event in event_classes().items() if event.producer == module)),
        listens=tuple(_listening(module)),
        calls=tuple(_calling([call for call in calls if call.caller == module != call.owner])),
        jobs=tuple(each.name for each in work if not each.is_deadline),
        deadlines=tuple(each.name for each in work if each.is_deadline),
        routes=tuple(route for owner, route in routes if owner == module),
    )


def _offer(interface: type[Any]) -> Offer:
    contract = contract_of(interface)
    named: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for method in contract.methods.values():
        named[method.kind].append(method.name)
    return Offer(
        interface=interface.__name__,
        version=contract.version,
        queries=tuple(named[Kind.QUERY]),
        commands=tuple(named[Kind.COMMAND]),
        actions=tuple(named[Kind.ACTION]),
    )


def _listening(module: str) -> Iterator[Listening]:
    heard = {
        (handler.event.wire, subscriber.name)
        for subscriber in subscribers(module)
        for versions in subscriber.handlers.values()
        for handler in versions.values()
    }
    yield from (Listening(event=event, by=by) for event, by in sorted(heard))


def _calling(calls: list[InterfaceCall]) -> Iterator[Calling]:
    for owner, interface in sorted({(call.owner, call.interface) for call in calls}):
        methods = {call.method for call in calls if (call.owner, call.interface) == (owner, interface)}
        yield Calling(module=owner, interface=interface, methods=tuple(sorted(methods)))


def _routes(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Route]]:
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            owner = _owner(pattern.callback)
            if owner:
                live = iscoroutinefunction(pattern.callback)
                yield owner, Route(path=path, methods=_methods(pattern.callback), live=live)


def _owner(view: Any) -> str:
    view = view.func if isinstance(view, partial) else view
    parts = getattr(view, "view_class", getattr(view, "cls", view)).__module__.split(".")
    return parts[1] if parts[0] == "modules" else ""


def _methods(view: Any) -> tuple[str, ...]:
    actions = getattr(view, "actions", None)
    if actions:
        return tuple(verb.upper() for verb in _VERBS if verb in actions)
    cls = getattr(view, "view_class", getattr(view, "cls", None))
    return tuple(verb.upper() for verb in _VERBS if hasattr(cls, verb)) or ("ANY",)


def _sources(configs: list[ModuleConfig]) -> list[SourceFile]:
    """The source of each module here, wherever it is installed."""
    roots = {Path(config.path).parent.parent for config in configs}
    names = {config.label for config in configs}
    files = (read_modules(root, adopted=settings.TIFFIN_ADOPTED_APPS) for root in sorted(roots))
    return [file for found in files for file in found if file.module in names]
