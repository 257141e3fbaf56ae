"""`contracts/`: every published interface and event as JSON, committed, so that a change of one is seen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from django.apps import apps

from tiffin.compatibility import breaking
from tiffin.compatibility.releases import keep_sources
from tiffin.interfaces import describe
from tiffin.interfaces.describing import schemas_of
from tiffin.interfaces.registry import contract_of
from tiffin.log.events import Event, event_classes
from tiffin.modules import ModuleConfig


def contract_files() -> dict[str, bytes]:
    """What the deployable's modules promise now, by file name. Django must be set up."""
    configs = [config for config in apps.get_app_configs() if isinstance(config, ModuleConfig)]
    documents: dict[str, Any] = {}
    for config in configs:
        for interface in config.provides:
            documents[f"{contract_of(interface).wire_name}.json"] = describe(interface)
        events = [event for _, event in sorted(event_classes().items()) if _is_of(event, config)]
        if events:
            documents[f"{config.label}.events.json"] = describe_events(events)
    return {name: _text(documents[name]) for name in sorted(documents)}


def describe_events(events: Iterable[type[Event]]) -> dict[str, Any]:
    """Each event by wire name, with its title and its payload as JSON Schema; types under `types`."""
    events = tuple(events)
    schemas, types = schemas_of(events)
    shapes = [types.pop(schema["$ref"].rpartition("/")[2]) for schema in schemas]
    described = {event.wire: _payload(event, shape) for event, shape in zip(events, shapes, strict=True)}
    return {"events": described, "types": types}


def differing(folder: Path) -> list[str]:
    """The names of files in `folder` that are missing, out of date, or nobody's any more."""
    wanted = contract_files()
    kept = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    return sorted(name for name in wanted.keys() | kept.keys() if wanted.get(name) != kept.get(name))


def write(folder: Path) -> list[str]:
    """Make `folder` what the code says; returns the names of the files that changed."""
    changed, wanted = differing(folder), contract_files()
    folder.mkdir(exist_ok=True)
    for name in changed:
        if name in wanted:
            (folder / name).write_bytes(wanted[name])
        else:
            (folder / name).unlink()
    return changed


def release(folder: Path, modules: Path) -> list[str]:
    """Make today's promise the last released one: `folder/last` holds the documents and, from `modules`, the
    sources. Returns what breaks instead, when anything does: then nothing is released."""
    last = folder / "last"
    if problems := breaking(last, folder):
        return problems
    last.mkdir(exist_ok=True)
    for former in last.glob("*.json"):
        former.unlink()
    for document in folder.glob("*.json"):
        (last / document.name).write_bytes(document.read_bytes())
    keep_sources(modules, last / "modules")
    return []


def _is_of(event: type[Event], config: ModuleConfig) -> bool:
    """Whether the module itself declares it: tests declare events in a module's name."""
    return event.producer == config.label and event.__module__.startswith(f"{config.name}.events")


def _payload(event: type[Event], shape: dict[str, Any]) -> dict[str, Any]:
    payload = {key: shape[key] for key in ("properties", "required") if key in shape}
    described = {"title": shape.get("description", ""), "payload": payload}
    return described | ({"deprecated": event.deprecated} if event.deprecated else {})


def _text(document: dict[str, Any]) -> bytes:
    """Sorted and indented: the same promise has the same bytes."""
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2) + b"\n"
