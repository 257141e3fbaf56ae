"""Flags, rollouts, namespaces, and what of them is published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import DateFieldListFilter
from django.http import HttpRequest

from modules.experiments.admin.fields import ShareField, percent, several
from modules.experiments.models import Catalogue, Experiment, Flag, Namespace, Rollout
from modules.experiments.services import flags
from tiffin import regions
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.staff import staff_of
from tiffin.flags import declared

HELP = {
    "key": "module.name, as code reads it; it stays.",
    "value": 'true or false, a whole number, or "a text" in quotation marks: for everybody, unless an '
    "experiment or a rollout says otherwise.",
    "is_public": "Apps may read it over the API.",
    "holdout": "Whoever is held out has the flag's value, whatever experiments and rollouts say.",
    "place": "Of several that fit the one with the smallest counts.",
    "regions": "None: all.",
    "excluded_regions": "Nobody there takes part.",
    "condition": 'By attributes, in GrowthBook\'s language: {"region": "gb"}, or what apps say of themselves '
    'over the API: {"platform": "ios"}. Empty: everybody.',
    "hypothesis": "What is expected, and why.",
    "unit_name": "By which id people are put into groups: strangers have no customer's, and pages of the "
    "storefront know customers only, so that `device` finds participants only through the API.",
    "from_place": "Of the namespace's 10,000 places: the first that it has.",
    "to_place": "The first that it has no more.",
    "metric": "What it is about.",
    "guardrails": "What must not be hurt.",
    "tolerance": "So much worse, in % of the first variation's figure, is not hurt yet.",
    "stops_on_harm": "It ends by itself once a guardrail is surely hurt.",
    "ends_at": "It ends by itself then. Empty: after four weeks.",
    "share": "So many of those that it is for take part, in %.",
}


def region_choices() -> list[tuple[str, str]]:
    return [(region.code, region.code) for region in regions.all()]


_FIELDS: dict[str, Callable[[], forms.Field]] = {
    "regions": lambda: several(region_choices()),
    "excluded_regions": lambda: several(region_choices()),
    "share": ShareField,
    "tolerance": ShareField,
}


class ExperimentsAdmin(ModuleAdmin):
    """Whoever may "change" writes. What is here is for all regions, so staff of some see nothing of it."""

    region_field = "everywhere"  # no region is asked for
    own_fields: ClassVar[dict[str, Callable[[], forms.Field]]] = _FIELDS

    def has_act_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_act_permission(request, obj) and staff_of(request).actor.works_everywhere

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        own = self.own_fields.get(db_field.name)
        field = own() if own else super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.help_text = field.help_text or HELP.get(db_field.name, "")
        return field

    def each(
        self, request: HttpRequest, rows: Any, do: Callable[..., Any], name: str, said: str, **more: Any
    ) -> None:
        """Do it with each of them, and say so."""
        for row in rows:
            do(**{name: row.pk}, **more)
        self.message_user(request, said, messages.SUCCESS)


@register(Flag)
class FlagAdmin(ExperimentsAdmin):
    list_display = ("key", "kind_name", "value", "is_on", "is_public", "holdout", "says")
    list_filter = ("kind_name", "is_on", "is_public", "holdout")
    search_fields = ("=id", "key", "says")
    list_select_related = ("holdout",)
    ordering = ("key",)
    fields = ("key", "kind_name", "value", "says", "is_public", "holdout")
    actions = ("switch_on", "switch_off")

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        rows = super().get_field_queryset(db, db_field, request)
        return Experiment.objects.filter(flag=None) if db_field.name == "holdout" else rows

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "key":
            field.help_text = f"{HELP['key']} Code of this deployable reads {', '.join(sorted(declared()))}."
        return field

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        self._warn_of_unread(request, kwargs.get("obj"))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_by_use_case(self, request: HttpRequest, obj: Flag, form: Any) -> None:
        flags.keep_flag(obj)
        if "_continue" not in request.POST:
            self._warn_of_unread(request, obj)

    def _warn_of_unread(self, request: HttpRequest, flag: Flag | None) -> None:
        """Public ones are read by apps, whatever code of ours reads."""
        if flag is not None and not flag.is_public and flag.key not in declared():
            said = f"No code of this deployable reads this key: {flag.key}."
            self.message_user(request, said, messages.WARNING)

    @admin.action(description="Switch on: experiments and rollouts count", permissions=["act"])
    def switch_on(self, request: HttpRequest, queryset: Any) -> None:
        self.each(request, queryset, flags.switch_flag, "flag_id", "It is on.", on=True)

    @admin.action(description="Switch off: everybody has its value", permissions=["act"])
    def switch_off(self, request: HttpRequest, queryset: Any) -> None:
        self.each(request, queryset, flags.switch_flag, "flag_id", "It is off.", on=False)


@register(Rollout)
class RolloutAdmin(ExperimentsAdmin):
    list_display = ("flag", "place", "value", "to", "regions", "condition", "is_on", "note", "created_at")
    list_filter = ("is_on", "flag")
    search_fields = ("=id", "flag__key", "note")
    list_select_related = ("flag",)
    ordering = ("flag__key", "place")
    fields = ("flag", "place", "value", "share", "regions", "condition", "note")
    actions = ("switch_on", "switch_off")

    @admin.display(description="Share")
    def to(self, rollout: Rollout) -> str:
        return percent(rollout.share)

    def save_by_use_case(self, request: HttpRequest, obj: Rollout, form: Any) -> None:
        flags.keep_rollout(obj)

    @admin.action(description="Switch on", permissions=["act"])
    def switch_on(self, request: HttpRequest, queryset: Any) -> None:
        self.each(request, queryset, flags.switch_rollout, "rollout_id", "It is on.", on=True)

    @admin.action(description="Switch off", permissions=["act"])
    def switch_off(self, request: HttpRequest, queryset: Any) -> None:
        self.each(request, queryset, flags.switch_rollout, "rollout_id", "It is off.", on=False)


@register(Namespace)
class NamespaceAdmin(ExperimentsAdmin):
    list_display = ("key", "says", "taken", "created_at")
    list_filter = (("created_at", DateFieldListFilter),)
    search_fields = ("key", "says")
    ordering = ("key",)
    fields = ("key", "says")

    @admin.display(description="Taken by what runs")
    def taken(self, namespace: Namespace) -> str:
        running = namespace.experiments.filter(state_name="running").order_by("from_place")
        return ", ".join(f"{each.from_place}–{each.to_place} {each.key}" for each in running) or "–"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_by_use_case(self, request: HttpRequest, obj: Namespace, form: Any) -> None:
        flags.keep_namespace(obj)


@register(Catalogue)
class CatalogueAdmin(ModuleAdmin):
    """What everybody reads, and how it stands with the GrowthBook server, if there is one."""

    region_field = "everywhere"
    list_filter = (("remote_at", DateFieldListFilter),)
    search_fields = ("=revision",)
    list_display = ("revision", "flags", "remote_flags", "remote_at", "remote_note")
    fields = ("revision", "sticky", "remote_at", "remote_note", "payload")

    @admin.display(description="Flags")
    def flags(self, catalogue: Catalogue) -> int:
        return len(catalogue.payload.get("features", {}))

    @admin.display(description="Of the server")
    def remote_flags(self, catalogue: Catalogue) -> int:
        return len(catalogue.remote.get("features", {}))
