"""One page of what waits for a person. Each module offers its own queues, in its `admin`:

    queue("Claims to decide", Claim, lambda: {"state_name": "open"}, why="What nobody decides …")

A queue is a list of the staff's pages with filters: the same ones count and link, so that the number and the
list say the same. A module that is elsewhere has its page there, and one that is not built has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.admin.utils import prepare_lookup_value
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from tiffin.admin.scope import in_scope, visible_modules
from tiffin.models import HeldEvent, Job, JobState

# Beyond that it is "more": counting on helps nobody.
MOST_COUNTED = 1000


class Queue(NamedTuple):
    """`filters` are a list's, by field lookup, as they stand in its address."""

    title: str
    model: type[Model]
    filters: Callable[[], dict[str, str]]
    why: str


class Waiting(NamedTuple):
    """A queue as it stands."""

    module: str
    title: str
    why: str
    link: str
    number: int

    @property
    def shown(self) -> str:
        return f"more than {MOST_COUNTED}" if self.number > MOST_COUNTED else str(self.number)


_queues: dict[tuple[str, str], Queue] = {}


def queue(title: str, model: type[Model], filters: Callable[[], dict[str, str]], *, why: str) -> None:
    """Offer a queue: rows of `model`, which is on the staff's pages, that `filters` leave."""
    _queues[model._meta.app_label, title] = Queue(title, model, filters, why)


@require_GET
def queues(request: HttpRequest) -> HttpResponse:
    """Everything that waits, the modules in their order; what is empty is said to be."""
    from tiffin.admin.site import site

    waiting = [found for module in visible_modules(request) for found in _of_module(request, module)]
    context = {
        **site.each_context(request),
        "title": "Waiting for a person",
        "waiting": sorted(waiting, key=lambda found: not found.number),
        "idle": not any(found.number for found in waiting),
    }
    return TemplateResponse(request, "tiffin/admin/queues.html", context)


def _of_module(request: HttpRequest, module: str) -> list[Waiting]:
    found = [_waiting(request, each) for (owner, _), each in _queues.items() if owner == module]
    held_jobs = in_scope(request, Job.objects.using(module).filter(state=JobState.HELD))
    held_events = in_scope(request, HeldEvent.objects.using(module).all())
    return [
        *found,
        Waiting(module, "Jobs given up", "After their last try; run them again or drop them.",
                reverse("admin:jobs"), _count(held_jobs)),
        Waiting(module, "Events held", "That could not be handled, and those behind them.",
                reverse("admin:held_events"), _count(held_events)),
    ]  # fmt: skip


def _waiting(request: HttpRequest, each: Queue) -> Waiting:
    from tiffin.admin.site import site

    meta, filters = each.model._meta, each.filters()
    rows = site._registry[each.model].get_queryset(request)
    chosen: dict[str, Any] = {name: prepare_lookup_value(name, [value]) for name, value in filters.items()}
    link = f"{reverse(f'admin:{meta.app_label}_{meta.model_name}_changelist')}?{urlencode(filters)}"
    for name, value in chosen.items():
        rows = rows.filter(**{name: value[0]})
    return Waiting(meta.app_label, each.title, each.why, link, _count(rows))


def _count(rows: QuerySet[Any]) -> int:
    return rows.order_by()[: MOST_COUNTED + 1].count()
