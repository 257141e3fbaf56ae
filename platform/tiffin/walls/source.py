"""Source files, read but not run, and what can be asked of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple


class Finding(NamedTuple):
    """A place where a rule is broken, and why."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class SourceFile:
    """One Python file under its dotted name, `modules.orders.services`.

    `own_apps` are those whose tables live in its module's schema: the module itself, and what it has adopted
    of Django's and of libraries'.
    """

    def __init__(self, *, path: Path, name: str, text: str) -> None:
        self.path = path
        self.name = name
        self.text = text
        self.own_apps = {self.module}

    @property
    def module(self) -> str:
        """The module it belongs to: `orders`."""
        return self.name.split(".")[1] if self.name.startswith("modules.") else ""

    @property
    def room(self) -> str:
        """The room of the module in which it stands: `services`; empty for the module's `__init__`."""
        parts = self.name.split(".")
        return parts[2] if len(parts) > 2 else ""

    @cached_property
    def tree(self) -> ast.Module:
        """Read only when somebody looks: most of the files of a module are its tests."""
        return ast.parse(self.text, str(self.path))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    @cached_property
    def imports(self) -> tuple[tuple[str, int], ...]:
        """The dotted names it imports, each with its line; `from a import b` imports `a.b`."""
        return tuple(self._imports())

    @cached_property
    def names(self) -> dict[str, str]:
        """What its imported names stand for: `{"transaction": "django.db.transaction"}`."""
        names: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom):
                names.update(
                    {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
                )
            elif isinstance(node, ast.Import):
                names.update({alias.asname: alias.name for alias in node.names if alias.asname})
                names.update({alias.name.split(".")[0]: alias.name.split(".")[0] for alias in node.names})
        return names

    def dotted(self, node: ast.expr) -> str:
        """What an expression of names and dots stands for, its first name resolved: `settings.DATABASES` is
        `django.conf.settings.DATABASES`. Empty for any other expression."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else ""
        return ""

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in self.nodes if isinstance(node, ast.Call))

    def finding(self, node: ast.AST | int, message: str) -> Finding:
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return Finding(self.path, line, message)

    def _imports(self) -> Iterator[tuple[str, int]]:
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                    base = ".".join([*parents, base]).rstrip(".")
                yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def read_file(path: Path, *, name: str) -> SourceFile:
    return SourceFile(path=path, name=name, text=path.read_text(encoding="utf-8"))


def read_modules(root: Path, *, adopted: Mapping[str, str]) -> list[SourceFile]:
    """Every file under `root`/modules, tests left out: a test may reach where the code it tests may not.

    `adopted` says which module keeps which app of Django's or of a library's, `{"auth": "identity"}`.
    """
    files = read_package(root, "modules")
    for file in files:
        file.own_apps |= {app for app, owner in adopted.items() if owner == file.module}
    return [file for file in files if file.room != "tests"]


def read_package(root: Path, package: str) -> list[SourceFile]:
    """Every file of `package` (dotted), whose first part is a folder in `root`."""
    folder = root.joinpath(*package.split("."))
    return [
        read_file(path, name=_name(path.relative_to(root)))
        for path in sorted(folder.rglob("*.py"))
        if "__pycache__" not in path.parts
    ]


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def literal(node: ast.expr | None) -> str | None:
    """The string that an expression is, if it is one."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    """A call's argument, given by position or by name."""
    if len(call.args) > position:
        return call.args[position]
    return next((given.value for given in call.keywords if given.arg == keyword), None)
