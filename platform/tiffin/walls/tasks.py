"""Nothing happens behind the scenes: no signals, no tasks by name, no calls out of a handler."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tiffin.walls.source import Finding, SourceFile

_SIGNALS = (
    "django.dispatch",
    "django.db.models.signals",
    "django.core.signals",
    "django.db.backends.signals",
)
_TASKS = ("celery", "kombu")
_SENDING = {"send_task", "apply_async", "delay"}


def signals(file: SourceFile) -> Iterator[Finding]:
    """A signal of Django's, sent or listened to."""
    for name, line in file.imports:
        if any(name == package or name.startswith(f"{package}.") for package in _SIGNALS):
            yield file.finding(line, f"{name}: say it in the use case, or publish an event")


def celery(file: SourceFile) -> Iterator[Finding]:
    """A task, its own or somebody else's: Celery's tasks are the kernel's; a module has jobs."""
    for name, line in file.imports:
        if name.split(".")[0] in _TASKS:
            yield file.finding(line, f"{name}: what is to be done later is a job (tiffin.jobs)")
    for call in file.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr in _SENDING:
            yield file.finding(call, f".{call.func.attr}(…) names a task; add a job (tiffin.jobs)")


def calls_in_handlers(file: SourceFile) -> Iterator[Finding]:
    """A call out of a handler, which runs inside a transaction."""
    if file.room != "handlers":
        return
    for call in file.calls():
        if file.dotted(call.func) in {"tiffin.interfaces.call", "interfaces.call"}:
            yield file.finding(call, "a handler does not call out; add a job that does")
