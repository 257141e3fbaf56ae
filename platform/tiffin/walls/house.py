"""A module knows its own name, but neither where it runs nor in which country."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tiffin.walls.source import Finding, SourceFile, literal

_ENVIRONMENT = (
    "os.environ",
    "os.getenv",
    "os.uname",
    "socket.gethostname",
    "socket.getfqdn",
    "platform.node",
    "tiffin.remote",
)
_SETTINGS = frozenset(
    {
        "DATABASES",
        "DATABASE_ROUTERS",
        "DATABASE_URL",
        "HELD",
        "HOLDS_IDENTITY",
        "INSTALLED_APPS",
        "TIFFIN_DATABASE_URLS",
        "TIFFIN_ELSEWHERE",
        "TIFFIN_MODULES",
    }
)


def location(file: SourceFile) -> Iterator[Finding]:
    """Anything that differs between one process and another."""
    for name, line in file.imports:
        if any(name == place or name.startswith(f"{place}.") for place in _ENVIRONMENT):
            yield file.finding(line, f"{name}: a module does not read where it runs")
        if name.split(".")[0] == "config":
            yield file.finding(line, f"{name}: only the deployable knows its modules")
    for node in file.nodes:
        if isinstance(node, ast.Attribute):
            dotted = file.dotted(node)
            if dotted in _ENVIRONMENT or (_is_setting(dotted) and node.attr in _SETTINGS):
                yield file.finding(node, f"{dotted}: a module does not read where it runs")
            elif node.attr == "is_installed":
                yield file.finding(node, "is_installed: a module does not ask who else is here")


def countries(file: SourceFile) -> Iterator[Finding]:
    """A choice by the region's code: what differs by region is the region's to say."""
    for node in file.nodes:
        code = next(iter(_codes_asked_for(node)), None)
        if code is not None:
            yield file.finding(node, f'"{code}": a module names no country; ask region.policy(…) or a table')


def app_names(file: SourceFile) -> Iterator[Finding]:
    """An app that is not called like its folder: label, schema, role, alias and queue are one name."""
    if file.room != "apps":
        return
    expected = {"name": f"modules.{file.module}", "label": file.module}
    for node in file.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            given = literal(node.value)
            if given is not None and given != expected.get(node.targets[0].id, given):
                yield file.finding(node, f"{node.targets[0].id} must be {expected[node.targets[0].id]!r}")


def _is_setting(dotted: str) -> bool:
    return dotted.startswith(("django.conf.settings.", "settings."))


def _codes_asked_for(node: ast.AST) -> list[str]:
    """The words that a comparison, a match or a table literal holds against the region."""
    if isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
        return _words(operands) if any(map(_speaks_of_region, operands)) else []
    if isinstance(node, ast.Match) and _speaks_of_region(node.subject):
        return _words([part.value for part in ast.walk(node) if isinstance(part, ast.MatchValue)])
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict) and _speaks_of_region(node.slice):
        return _words([key for key in node.value.keys if key is not None])
    return []


def _words(operands: list[ast.expr]) -> list[str]:
    for operand in operands[:]:
        if isinstance(operand, ast.Tuple | ast.List | ast.Set):
            operands.extend(operand.elts)
    return [word for word in map(literal, operands) if word]


def _speaks_of_region(expression: ast.expr) -> bool:
    names = [
        name.attr if isinstance(name, ast.Attribute) else name.id
        for name in ast.walk(expression)
        if isinstance(name, ast.Attribute | ast.Name)
    ]
    return any(name in {"region", "region_code", "country"} for name in names)
