"""A region's policies are pure: the same facts, the same answer, and nobody asked."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tiffin.walls.source import Finding, SourceFile

_HARMLESS = frozenset(
    [
        "__future__",
        "abc",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "functools",
        "itertools",
        "math",
        "operator",
        "re",
        "statistics",
        "string",
        "typing",
        "uuid",
        "zoneinfo",
    ]
)
_KERNEL = ("tiffin.money.", "tiffin.dto.")
_REGIONS = ("tiffin.regions.Policy", "tiffin.regions.Region", "tiffin.regions.NoRuleInForce")
_CLOCKS = {"now", "today", "utcnow", "fromtimestamp", "uuid1", "uuid4", "random"}
_BUILTINS = {
    "open",
    "print",
    "input",
    "eval",
    "exec",
    "compile",
    "__import__",
    "globals",
    "setattr",
    "delattr",
    "id",
}


def defaults(file: SourceFile) -> Iterator[Finding]:
    """A module's own answers are held to what a region's are."""
    if file.room == "policies":
        yield from impurities(file)


def impurities(file: SourceFile) -> Iterator[Finding]:
    """What would make an answer depend on more than the facts, or do more than answer."""
    for name, line in file.imports:
        if not _may_import(name, file):
            yield file.finding(line, f"a policy does not import {name}")
    for node in file.nodes:
        if isinstance(node, ast.Call):
            called = _called(node)
            if called in _BUILTINS or (isinstance(node.func, ast.Attribute) and called in _CLOCKS):
                yield file.finding(node, f"a policy does not call {called}(…): its facts are all it knows")
        elif isinstance(node, ast.Global | ast.Nonlocal):
            yield file.finding(node, "a policy keeps nothing in its module")
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            if not _is_local(node, file):
                yield file.finding(node, "a policy changes nothing it was given and keeps nothing")
        elif isinstance(node, ast.AsyncFunctionDef | ast.Await):
            yield file.finding(node, "a policy waits for nobody")


def _may_import(name: str, file: SourceFile) -> bool:
    """A region's file `<module>.py` knows that module's policies, and those know their module's interface."""
    home = (
        f"modules.{file.module}.interface."
        if file.module
        else f"modules.{file.name.rpartition('.')[2]}.policies."
    )
    first, _, _ = name.partition(".")
    return first in _HARMLESS or name in _REGIONS or name.startswith((home, *_KERNEL))


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _is_local(node: ast.Attribute | ast.Subscript, file: SourceFile) -> bool:
    """A table built on the way may be filled (`seen[x] = y`), but none of an object or of the file."""
    if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)):
        return False
    kept = {
        target.id
        for statement in file.tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name)
    }
    return node.value.id not in kept
