"""Who calls whose interface, as the source says it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tiffin.walls.source import SourceFile


class InterfaceCall(NamedTuple):
    """`caller` (a module) uses `method` of `interface`, which `owner` (a module) publishes."""

    caller: str
    owner: str
    interface: str
    method: str
    where: str


def interface_calls(files: Iterable[SourceFile]) -> list[InterfaceCall]:
    """Every `call(Orders).get(…)` in `files`; the method is `*` where the interface is kept in a variable."""
    found: list[InterfaceCall] = []
    for file in files:
        methods = {
            id(node.value): node.attr
            for node in file.nodes
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call)
        }
        for call in file.calls():
            if file.dotted(call.func) not in {"tiffin.interfaces.call", "interfaces.call"} or not call.args:
                continue
            parts = file.dotted(call.args[0]).split(".")
            if len(parts) >= 4 and parts[0] == "modules":
                method = methods.get(id(call), "*")
                where = f"{file.path}:{call.lineno}"
                found.append(InterfaceCall(file.module, parts[1], parts[-1], method, where))
    return found


def callees(calls: Iterable[InterfaceCall]) -> dict[str, set[str]]:
    """For each module the other modules that it calls."""
    graph: dict[str, set[str]] = defaultdict(set)
    for call in calls:
        if call.caller != call.owner:
            graph[call.caller].add(call.owner)
    return dict(graph)


def cycle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """A way from a module back to itself, `["orders", "payments", "orders"]`; empty if there is none."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        for following in sorted(graph.get(node, ())):
            circle = visit(following, [*path, node])
            if circle:
                return circle
        done.add(node)
        return []

    return next((circle for node in sorted(graph) if (circle := visit(node, []))), [])
