"""Experiments and holdouts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html

from modules.experiments.admin.analysis import analysis_page
from modules.experiments.admin.fields import ShareField, VariationsField, percent, several
from modules.experiments.admin.flags import ExperimentsAdmin, region_choices
from modules.experiments.interface import ExperimentState, StopReason
from modules.experiments.kinds import METRIC_CHOICES
from modules.experiments.models import Experiment
from modules.experiments.services import analysing, publishing, trials
from tiffin import clock
from tiffin.admin import register
from tiffin.admin.actions import Noted, note_of
from tiffin.admin.queues import queue

# Each is read once a minute.
UNREAD = timedelta(minutes=10)


@register(Experiment)
class ExperimentAdmin(ExperimentsAdmin):
    """A holdout is an experiment without a flag."""

    own_fields: ClassVar[dict[str, Callable[[], forms.Field]]] = {
        "variations": VariationsField,
        "share": lambda: ShareField(least="0.01"),
        "tolerance": ShareField,
        "regions": lambda: several(region_choices()),
        "excluded_regions": lambda: several(region_choices()),
        "guardrails": lambda: several(METRIC_CHOICES),
    }
    action_form = Noted
    list_display = (
        "name",
        "key",
        "flag",
        "state_name",
        "to",
        "metric",
        "started_at",
        "ends_at",
        "stop_reason",
        "note",
        "figures",
    )
    list_filter = ("state_name", "stop_reason", "metric", "namespace", "unit_name")
    search_fields = ("=id", "key", "name", "flag__key", "hypothesis")
    list_select_related = ("flag",)
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": ("key", "name", "hypothesis", "flag", "variations")}),
        (
            "Who takes part",
            {"fields": ("unit_name", "share", "regions", "excluded_regions", "by_law", "condition")},
        ),
        ("Beside others", {"fields": ("namespace", "from_place", "to_place")}),
        ("What is read", {"fields": ("metric", "guardrails", "tolerance", "stops_on_harm", "ends_at")}),
        (
            "How it stands",
            {
                "fields": (
                    "state_name",
                    "phase",
                    "started_at",
                    "stopped_at",
                    "stop_reason",
                    "note",
                    "looked_at",
                    "read_at",
                )
            },
        ),
    )
    readonly_fields = (
        "by_law", "state_name", "phase", "started_at", "stopped_at", "stop_reason", "note", "looked_at",
        "read_at",
    )  # fmt: skip
    actions = ("start", "stop", "release", "look_at", "analyse")

    @admin.display(description="Share")
    def to(self, experiment: Experiment) -> str:
        return percent(experiment.share)

    @admin.display(description="Excluded by the region's rows")
    def by_law(self, experiment: Experiment) -> str:
        """Nobody takes part there whatever staff write, so they see why."""
        if experiment.flag is None:
            return "–"
        found = publishing.excluded_in(experiment.flag.key)
        return "; ".join(f"{code}: {why}" for code, why in found.items()) or "nowhere"

    @admin.display(description="Figures")
    def figures(self, experiment: Experiment) -> str:
        link = reverse("admin:experiments_analysis", args=(experiment.pk,))
        return format_html('<a class="underline" href="{}">Analysis</a>', link)

    def get_urls(self) -> list[Any]:
        shown = self.admin_site.admin_view(self.analysis)
        mine = path("<uuid:experiment_id>/analysis/", shown, name="experiments_analysis")
        return [mine, *super().get_urls()]

    def analysis(self, request: HttpRequest, experiment_id: Any) -> Any:
        return analysis_page(self, request, experiment_id)

    def save_by_use_case(self, request: HttpRequest, obj: Experiment, form: Any) -> None:
        if obj._state.adding:
            trials.draft_experiment(obj)
        else:
            trials.change_experiment(obj, fields=form.changed_data)

    @admin.action(description="Start: people take part", permissions=["act"])
    def start(self, request: HttpRequest, queryset: Any) -> None:
        self.each(request, queryset, trials.start_experiment, "experiment_id", "It runs.")

    @admin.action(description="Stop, with the note beside", permissions=["act"])
    def stop(self, request: HttpRequest, queryset: Any) -> None:
        note = note_of(request)
        self.each(request, queryset, trials.stop_experiment, "experiment_id", "It has ended.", note=note)

    @admin.action(
        description="Release to everybody the variation whose key is the note beside", permissions=["act"]
    )
    def release(self, request: HttpRequest, queryset: Any) -> None:
        chosen = note_of(request)
        said = "It has ended, and a rollout gives everybody that variation."
        self.each(request, queryset, trials.release, "experiment_id", said, variation=chosen)

    @admin.action(description="Looked at: let it be", permissions=["act"])
    def look_at(self, request: HttpRequest, queryset: Any) -> None:
        self.each(request, queryset, trials.look_at, "experiment_id", "It waits for nobody any more.")

    @admin.action(description="Read the figures now", permissions=["act"])
    def analyse(self, request: HttpRequest, queryset: Any) -> None:
        for row in queryset:
            analysing.analyse(row.pk)
        self.message_user(request, "Read just now.", messages.SUCCESS)


queue(
    "Experiments that hurt",
    Experiment,
    lambda: {
        "state_name__exact": ExperimentState.STOPPED.value,
        "stop_reason__exact": StopReason.GUARDRAIL.value,
        "looked_at__isnull": "1",
    },
    why="A guardrail ended them: somebody should look, and start them anew, release one or let them be.",
)
queue(
    "Experiments that are not read",
    Experiment,
    lambda: {
        "state_name__exact": ExperimentState.RUNNING.value,
        "read_at__lt": (clock.now() - UNREAD).isoformat(),
    },
    why="Their guardrails are not looked at: they would not end if they hurt. The log says why; fewer who "
    "take part, or a shorter time, are read sooner.",
)
