"""`manage.py modules` prints the map of what is really there."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from config.modules import MODULES
from tiffin.management.commands.modules import description, diagram
from tiffin.module_map import Calling, Listening, ModuleEntry, Offer, Route, module_map


def entry(name: str, **rooms: tuple[object, ...]) -> ModuleEntry:
    empty = {room: () for room in ModuleEntry.__struct_fields__ if room not in ("name", "owns_data")}
    return ModuleEntry(name=name, owns_data=True, **(empty | rooms))


KITCHEN = entry(
    "kitchen",
    offers=(Offer(interface="Kitchen", version=1, queries=("menu",), commands=("cook",), actions=("ring",)),),
    publishes=("kitchen.dish_cooked.v1", "kitchen.fire_lit.v1"),
)
WAITER = entry(
    "waiter",
    listens=(Listening(event="kitchen.dish_cooked.v1", by="waiter.trays"),),
    calls=(Calling(module="kitchen", interface="Kitchen", methods=("cook", "menu")),),
    jobs=("serve",),
    deadlines=("cold",),
    routes=(Route(path="/api/v1/tables", methods=("GET", "POST"), live=False),),
)


@pytest.mark.parametrize(
    "line",
    [
        "  offers     Kitchen v1",
        "    queries  menu",
        "    commands cook",
        "    actions  ring",
        "  publishes  kitchen.dish_cooked.v1  → waiter",
        "  publishes  kitchen.fire_lit.v1  (nobody listens)",
        "  listens    kitchen.dish_cooked.v1  (by waiter.trays)",
        "  calls      Kitchen: cook, menu",
        "  jobs       serve",
        "  deadlines  cold",
        "  answers    GET POST     /api/v1/tables",
    ],
)
def test_the_map_says_who_does_what(line: str) -> None:
    assert line in list(description((KITCHEN, WAITER)))


def test_the_diagram_has_an_arrow_for_calls_and_one_for_events() -> None:
    lines = list(diagram((KITCHEN, WAITER)))
    assert "    waiter -->|2 methods| kitchen" in lines
    assert "    kitchen -.->|1 event| waiter" in lines


@pytest.fixture(scope="module")
def entries() -> tuple[ModuleEntry, ...]:
    return module_map()


def test_every_module_is_on_the_map(entries: tuple[ModuleEntry, ...]) -> None:
    assert [found.name for found in entries] == list(MODULES)


def test_every_event_that_somebody_waits_for_is_published_by_its_module(
    entries: tuple[ModuleEntry, ...],
) -> None:
    published = {event for found in entries for event in found.publishes}
    assert {listening.event for found in entries for listening in found.listens} <= published


def test_every_call_goes_to_a_method_that_its_interface_has(entries: tuple[ModuleEntry, ...]) -> None:
    offered = {
        (found.name, offer.interface, method)
        for found in entries
        for offer in found.offers
        for method in offer.queries + offer.commands + offer.actions
    }
    called = {
        (calling.module, calling.interface, method)
        for found in entries
        for calling in found.calls
        for method in calling.methods
        if method != "*"
    }
    assert called <= offered


def test_the_map_can_be_read_by_programs() -> None:
    out = io.StringIO()
    call_command("modules", "--json", stdout=out)
    modules = {found["name"]: found for found in json.loads(out.getvalue())["modules"]}
    assert any(offer["interface"] == "Payments" for offer in modules["payments"]["offers"])
    assert modules["identity"]["routes"]
    assert [found["name"] for found in modules.values() if not found["owns_data"]] == ["storefront"]
    live = {route["path"] for found in modules.values() for route in found["routes"] if route["live"]}
    assert live == {"/api/v1/orders/<uuid:order_id>/stream"}
