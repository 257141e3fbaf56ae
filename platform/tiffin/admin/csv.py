"""Lists of the staff's pages as CSV: what the filters leave, streamed, and nothing in it runs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.contrib.admin.utils import lookup_field
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path

from tiffin import clock
from tiffin.admin.modules import ModuleAdmin

PAGE = 1_000
# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Downloadable(ModuleAdmin):
    """A list with a link to itself as CSV. `csv_columns` are named as in `list_display`; who may see the list
    may have it, as it is filtered."""

    csv_columns: tuple[str, ...] = ()
    list_before_template = "tiffin/download.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_csv"
        page = path("csv/", self.admin_site.admin_view(self.download), name=name)
        return [page, *super().get_urls()]

    def download(self, request: HttpRequest) -> HttpResponseBase:
        """The whole list, page by page, so that neither we nor the database hold it all."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).queryset.order_by("pk")
        lines = chain([self.csv_columns], map(self._line, _page_by_page(rows)))
        response = StreamingHttpResponse(_written(lines), content_type="text/csv; charset=utf-8")
        file = f"{self.opts.model_name}-{clock.now():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{file}"'
        return response

    def _line(self, row: Any) -> list[Any]:
        return [safe(lookup_field(column, row, self)[2]) for column in self.csv_columns]


def safe(value: Any) -> Any:
    """What a spreadsheet shows and never runs; numbers stay numbers."""
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _page_by_page(rows: QuerySet[Any]) -> Iterator[Any]:
    page = list(rows[:PAGE])
    while page:
        yield from page
        page = list(rows.filter(pk__gt=page[-1].pk)[:PAGE])


class _Line:
    """A file to csv.writer that gives back what is written."""

    def write(self, text: str) -> str:
        return text


def _written(lines: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    for line in lines:
        yield writer.writerow(line)
