"""The regions' rules of points, to look at: they are written in the region's file, each with its source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from tiffin import clock
from tiffin.admin import ModuleAdmin
from tiffin.admin.dashboard import region_asked_for
from tiffin.admin.site import site
from tiffin.regions import Region

PREFIX = "rewards."


class Shown(NamedTuple):
    """A row of a table, and whether it is in force `now`, will be `later`, or is `over`."""

    table: str
    says: list[tuple[str, Any]]
    when: str
    valid_from: date
    valid_to: date | None
    source: str
    confirmed: bool


class WithRules(ModuleAdmin):
    """A list that leads to the page of rules."""

    list_before_template = "rewards/rules_link.html"

    def get_urls(self) -> list[Any]:
        shown = self.admin_site.admin_view(self.rules)
        return [path("rules/", shown, name="rewards_rules"), *super().get_urls()]

    def rules(self, request: HttpRequest) -> HttpResponse:
        """What orders earn, what points are worth, tiers, limits: of a region in which the staff works."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        region, choices = region_asked_for(request)
        context = {
            **site.each_context(request),
            "title": "Rules of points",
            "regions": choices,
            "region": region,
        }
        if region:
            context["rows"] = list(rules_of(region))
        return TemplateResponse(request, "rewards/rules.html", context)


def rules_of(region: Region) -> Iterator[Shown]:
    """Table by table, in the order of the file."""
    today = region.local(clock.now()).date()
    for name, rows in region.tables.items():
        if not name.startswith(PREFIX):
            continue
        for row in rows:
            dating = row.dating
            later = "later" if dating.valid_from > today else "over"
            yield Shown(
                name.removeprefix(PREFIX),
                list(row.data.items()),
                "now" if dating.in_force(today) else later,
                dating.valid_from,
                dating.valid_to,
                dating.source,
                dating.confirmed,
            )
