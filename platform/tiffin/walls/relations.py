"""No table points into another module: PostgreSQL could not keep the promise once the module has moved."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tiffin.walls.source import Finding, SourceFile, argument, literal

_RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField", "ForeignObject"}
_USER_MODEL = ("django.conf.settings.AUTH_USER_MODEL", "django.contrib.auth.get_user_model")
_GENERIC = ("django.contrib.contenttypes", "GenericForeignKey", "GenericRelation")
_LOOK_UPS = {"get_model", "get_models", "get_app_config", "get_app_configs", "get_registered_model"}


def to_another_module(file: SourceFile) -> Iterator[Finding]:
    """A relation to a model of another module or app."""
    for call, target in _relations(file):
        app = _app_of(file, target)
        if app and app not in file.own_apps:
            yield file.finding(call, f"a relation to {app}; keep its id as a UUID and ask its interface")


def to_the_user_model(file: SourceFile) -> Iterator[Finding]:
    """A relation to whatever the user model is, but for the module that keeps the accounts."""
    if "auth" in file.own_apps:
        return
    for call, target in _relations(file):
        function = target.func if isinstance(target, ast.Call) else target
        if function is not None and file.dotted(function) in _USER_MODEL:
            yield file.finding(call, "a relation to the user model; keep the account's id as a UUID")


def generic(file: SourceFile) -> Iterator[Finding]:
    """A key that may point to any table."""
    for name, line in file.imports:
        if any(part in name for part in _GENERIC):
            yield file.finding(line, f"{name}: a generic key points into any module; name the table meant")


def in_migrations(file: SourceFile) -> Iterator[Finding]:
    """A migration that waits for another module's."""
    if file.room != "migrations":
        return
    for node in file.nodes:
        if isinstance(node, ast.Assign) and _assigns(node, {"dependencies", "run_before"}):
            yield from _foreign_dependencies(file, node.value)


def looked_up(file: SourceFile) -> Iterator[Finding]:
    """A model got by its name. A migration may do that with its own module's."""
    for call in file.calls():
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in _LOOK_UPS:
            continue
        label = literal(argument(call, 0, "app_label"))
        app = (label or "").split(".")[0]
        if file.room == "migrations" and app in {file.module, "kernel"}:
            continue
        yield file.finding(
            call, f"{call.func.attr}: a model is imported within its module, or not reached at all"
        )


def _relations(file: SourceFile) -> Iterator[tuple[ast.Call, ast.expr | None]]:
    for call in file.calls():
        if file.dotted(call.func).rpartition(".")[2] in _RELATIONS:
            yield call, argument(call, 0, "to")


def _app_of(file: SourceFile, target: ast.expr | None) -> str:
    """The app that a relation's target names; empty when it is a class of this very module."""
    if target is None:
        return ""
    name = literal(target)
    if name is not None:
        return name.split(".")[0] if "." in name else ""
    dotted = file.dotted(target)
    if dotted.startswith("modules."):
        return dotted.split(".")[1]
    if dotted.startswith("django.contrib."):
        return dotted.split(".")[2]
    return ""


def _assigns(node: ast.Assign, names: set[str]) -> bool:
    return any(isinstance(target, ast.Name) and target.id in names for target in node.targets)


def _foreign_dependencies(file: SourceFile, dependencies: ast.expr) -> Iterator[Finding]:
    if not isinstance(dependencies, ast.List | ast.Tuple):
        return
    for dependency in dependencies.elts:
        if isinstance(dependency, ast.Tuple):
            app = literal(dependency.elts[0]) or ""
            if app not in {"kernel", *file.own_apps}:
                yield file.finding(dependency, f"this migration waits for {app}; modules are migrated apart")
        elif not _swappable_by_owner(file, dependency):
            yield file.finding(
                dependency, "this migration waits for the user model; modules are migrated apart"
            )


def _swappable_by_owner(file: SourceFile, dependency: ast.expr) -> bool:
    return "auth" in file.own_apps and "swappable_dependency" in ast.dump(dependency)
