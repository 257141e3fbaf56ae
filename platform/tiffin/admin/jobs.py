"""A page over every module's jobs: what is overdue, what gave up, what comes next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from tiffin import clock
from tiffin.admin import record
from tiffin.admin.scope import in_scope, may_change, require_change, visible_modules
from tiffin.jobs import running
from tiffin.models import Job, JobState

ROWS_SHOWN = 100
SHOWN = {"held": "Held", "overdue": "Overdue", "coming": "Coming"}


@require_http_methods(["GET", "POST"])
def jobs(request: HttpRequest) -> HttpResponse:
    """Run again or drop what is held; see what is due."""
    if request.method == "POST":
        return _act(request)
    from tiffin.admin.site import site

    show = request.GET.get("show", "held")
    show = show if show in SHOWN else "held"
    context = {
        **site.each_context(request),
        "title": "Jobs",
        "show": show,
        "choices": SHOWN,
        "jobs": _jobs(request, show),
    }
    return TemplateResponse(request, "tiffin/admin/jobs.html", context)


def _jobs(request: HttpRequest, show: str) -> list[dict[str, Any]]:
    return [
        {
            "module": module,
            "job": job,
            "cause": job.cause.strip().rsplit("\n", 1)[-1],
            "changeable": may_change(request, module),
        }
        for module in visible_modules(request)
        for job in _selected(in_scope(request, Job.objects.using(module)), show)[:ROWS_SHOWN]
    ]


def _selected(rows: QuerySet[Job], show: str) -> QuerySet[Job]:
    if show == "held":
        return rows.filter(state=JobState.HELD).order_by("due")
    waiting = rows.filter(state=JobState.WAITING).order_by("due")
    return waiting.filter(due__lt=clock.now()) if show == "overdue" else waiting.filter(due__gte=clock.now())


def _act(request: HttpRequest) -> HttpResponse:
    module, verb = request.POST.get("module", ""), request.POST.get("verb", "")
    require_change(request, module)
    try:
        job_id = UUID(request.POST.get("id", ""))
    except ValueError:
        job_id = UUID(int=0)
    if not in_scope(request, Job.objects.using(module).filter(pk=job_id)).exists():
        messages.warning(request, "That job is done or gone.")
        return HttpResponseRedirect(request.get_full_path())
    if verb == "drop":
        running.forget(module, job_id)
        messages.success(request, "Dropped for good.")
    else:
        running.retry(module, job_id)
        messages.success(request, "It runs again at once.")
    record.action(module, f"{'drop' if verb == 'drop' else 'retry'}_job", f"job:{job_id}")
    return HttpResponseRedirect(request.get_full_path())
