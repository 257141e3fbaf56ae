"""Who calls whose interface has no cycle."""

from __future__ import annotations

from pathlib import Path

from tests.walls.tree import modules_of
from tiffin.walls import SourceFile
from tiffin.walls.calls import callees, cycle, interface_calls


def calls(module: str, method: str = "get") -> str:
    return (
        f"from modules.{module}.interface import {module.title()}\nfrom tiffin.interfaces import call\n"
        f"def ask():\n    return call({module.title()}).{method}()\n"
    )


def test_nobody_calls_in_a_circle(tree: list[SourceFile]) -> None:
    graph = callees(interface_calls(tree))
    assert graph, "the calls are not found any more"
    assert cycle(graph) == []


def test_a_circle_is_found(tmp_path: Path) -> None:
    files = modules_of(
        tmp_path,
        {
            "modules/orders/jobs.py": calls("payments", "authorise"),
            "modules/payments/services.py": calls("identity"),
            "modules/identity/selectors.py": calls("orders"),
        },
    )
    circle = cycle(callees(interface_calls(files)))
    assert circle == ["identity", "orders", "payments", "identity"]


def test_listening_to_each_other_is_no_circle(tmp_path: Path) -> None:
    files = modules_of(
        tmp_path,
        {
            "modules/orders/jobs.py": calls("payments"),
            "modules/payments/handlers.py": "from modules.orders.events import OrderPlaced\n",
        },
    )
    assert cycle(callees(interface_calls(files))) == []


def test_a_call_says_whose_method_it_is(tmp_path: Path) -> None:
    files = modules_of(tmp_path, {"modules/orders/jobs.py": calls("payments", "authorise")})
    (call,) = interface_calls(files)
    assert (call.caller, call.owner, call.interface, call.method) == (
        "orders",
        "payments",
        "Payments",
        "authorise",
    )
    assert call.where.endswith("orders/jobs.py:4")
