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
)
_SETTINGS = frozenset({"DATABASES", "DATABASE_ROUTERS", "INSTALLED_APPS", "TIFFIN_MODULES", "TIFFIN_ROUTES"})


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
    """A comparison of the region with a code: what differs by region is the region's to say."""
    for node in file.nodes:
        if isinstance(node, ast.Compare) and _speaks_of_region(node):
            code = next(iter(_words(node)), None)
            if code is not None:
                yield file.finding(
                    node, f'"{code}": a module names no country; ask region.policy(…) or a table'
                )


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


def _words(node: ast.Compare) -> list[str]:
    operands = [node.left, *node.comparators]
    for operand in operands[:]:
        if isinstance(operand, ast.Tuple | ast.List | ast.Set):
            operands.extend(operand.elts)
    return [word for word in map(literal, operands) if word]


def _speaks_of_region(node: ast.Compare) -> bool:
    names = [
        name.attr if isinstance(name, ast.Attribute) else name.id
        for side in [node.left, *node.comparators]
        for name in ast.walk(side)
        if isinstance(name, ast.Attribute | ast.Name)
    ]
    return any(name in {"region", "region_code", "country"} for name in names)
