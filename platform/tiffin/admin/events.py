"""Pages over every module's log: events that are held, and what happened to one thing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from tiffin.admin import record
from tiffin.admin.scope import in_scope, may_change, require_change, visible_modules
from tiffin.admin.staff import staff_of
from tiffin.log import cursors, held
from tiffin.log.subscribers import subscriber
from tiffin.models import HeldEvent, LogEvent

ROWS_SHOWN = 200


@require_http_methods(["GET", "POST"])
def held_events(request: HttpRequest) -> HttpResponse:
    """Subscribers that stand still, and the first held event of each key: resume, retry or skip."""
    if request.method == "POST":
        return _resume(request) if request.POST.get("verb") == "resume" else _act(request)
    context = {**_page(request, "Held events"), "held": _held(request), "stopped": _stopped(request)}
    return TemplateResponse(request, "tiffin/admin/held_events.html", context)


@require_http_methods(["GET"])
def log_of_key(request: HttpRequest) -> HttpResponse:
    """Everything that was published about one key, in every module the staff may see."""
    asked = request.GET.get("key", "").strip()
    key = _uuid(asked)
    context = {
        **_page(request, "Log"),
        "asked": asked,
        "malformed": bool(asked) and key is None,
        "events": _events(request, key) if key else [],
    }
    return TemplateResponse(request, "tiffin/admin/log.html", context)


def _stopped(request: HttpRequest) -> list[dict[str, Any]]:
    """A subscriber reads the events of every region."""
    everywhere = staff_of(request).actor.works_everywhere
    return [
        {"module": module, "stop": stop, "changeable": may_change(request, module) and everywhere}
        for module in visible_modules(request)
        for stop in cursors.stopped(module)
    ]


def _resume(request: HttpRequest) -> HttpResponse:
    module, name = request.POST.get("module", ""), request.POST.get("subscriber", "")
    producer = request.POST.get("producer", "")
    require_change(request, module)
    if not staff_of(request).actor.works_everywhere:
        raise PermissionDenied
    try:
        reader = subscriber(name)
        if reader.module != module:
            raise LookupError(name)
    except LookupError:
        messages.warning(request, "There is no such subscriber.")
        return HttpResponseRedirect(request.path)
    cursors.resume(reader, producer)
    record.action(module, "resume_subscriber", f"{name} reading {producer}")
    messages.success(request, f"{name} reads {producer} again.")
    return HttpResponseRedirect(request.path)


def _held(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "module": module,
            "row": row,
            "cause": row.cause.strip().rsplit("\n", 1)[-1],
            "followers": _followers(module, row),
            "changeable": may_change(request, module),
        }
        for module in visible_modules(request)
        for row in _heads(request, module)
    ]


def _heads(request: HttpRequest, module: str) -> list[HeldEvent]:
    heads = held.heads(module)[:ROWS_SHOWN]
    rows = HeldEvent.objects.using(module).filter(pk__in=[row.pk for row in heads])
    visible = set(in_scope(request, rows).values_list("pk", flat=True))
    return [row for row in heads if row.pk in visible]


def _followers(module: str, row: HeldEvent) -> int:
    same = HeldEvent.objects.using(module).filter(
        subscriber=row.subscriber, producer=row.producer, key=row.key
    )
    return same.count() - 1


def _act(request: HttpRequest) -> HttpResponse:
    module, verb = request.POST.get("module", ""), request.POST.get("verb", "")
    require_change(request, module)
    try:
        held_id = int(request.POST.get("id", ""))
        if not in_scope(request, HeldEvent.objects.using(module).filter(pk=held_id)).exists():
            raise LookupError(held_id)
        _do(request, module, verb, held_id)
    except (LookupError, ValueError):
        messages.warning(request, "That event is not held any more.")
    return HttpResponseRedirect(request.path)


def _do(request: HttpRequest, module: str, verb: str, held_id: int) -> None:
    if verb == "skip":
        held.skip(module, held_id)
        messages.success(request, "Skipped; what follows it is retried.")
    elif held.retry(module, held_id):
        messages.success(request, "Handled; nothing of this key is held any more.")
    else:
        messages.error(request, "It failed again; the cause is below.")
    record.action(module, f"{'skip' if verb == 'skip' else 'retry'}_held_event", f"held_event:{held_id}")


def _events(request: HttpRequest, key: UUID) -> list[dict[str, Any]]:
    found = [
        {"module": module, "event": event, "payload": _payload(event)}
        for module in visible_modules(request)
        for event in in_scope(request, LogEvent.objects.using(module).filter(key=key)).order_by("seq")[
            :ROWS_SHOWN
        ]
    ]
    return sorted(found, key=lambda each: each["event"].occurred_at)


def _payload(event: LogEvent) -> str:
    return msgspec.json.format(bytes(event.payload), indent=2).decode()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _page(request: HttpRequest, title: str) -> dict[str, Any]:
    from tiffin.admin.site import site

    return {**site.each_context(request), "title": title}
