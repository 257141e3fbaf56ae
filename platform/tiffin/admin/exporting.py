"""A list of the staff's pages as a file: the rows that the page's filters leave, in the staff's regions."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin as DjangoModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse

from tiffin import clock, regions
from tiffin.admin import record
from tiffin.money import minor_units

AT_ONCE = 1000
# What spreadsheets take for the beginning of a formula (OWASP, CSV injection).
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | int | Decimal | None

if TYPE_CHECKING:
    _Admin = DjangoModelAdmin[Any]
else:
    _Admin = object


class _Line:
    """A file-like that hands back what csv writes."""

    def write(self, text: str) -> str:
        return text


class Exported(_Admin):
    """Stands before ModuleAdmin: adds `export.csv` to the list, with the filters and the search of the page.

    `export_columns` are the headings, `export_row` gives the cells below them. Rows are read by key, so many
    at a time, so that neither memory nor a transaction grows with the file.
    """

    export_columns: Sequence[str] = ()
    list_before_template = "tiffin/admin/export.html"

    def export_row(self, row: Any) -> Iterable[Cell]:
        """The cells of one row, in the order of the headings."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export.csv", view, name=name), *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Stream the file; who took it with which filters is recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            listed = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
            return HttpResponseRedirect(f"{listed}?e=1")
        record.action(self.opts.app_label, "export", str(self.opts.model_name), request.GET.urlencode())
        file = f"{self.opts.model_name}-{clock.now():%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
        return StreamingHttpResponse(
            self._lines(rows), content_type="text/csv; charset=utf-8", headers=headers
        )

    def _lines(self, rows: QuerySet[Any]) -> Iterator[str]:
        writer = csv.writer(_Line())
        yield writer.writerow(self.export_columns)
        for row in _by_key(rows):
            yield writer.writerow([_safe(cell) for cell in self.export_row(row)])


def money_cells(amount: int, currency: str) -> tuple[Cell, Cell, Cell]:
    """For three columns: minor units, the decimal amount, and the currency."""
    return amount, Decimal(amount).scaleb(-minor_units(currency)), currency


def time_cell(at: datetime | None, region: str) -> Cell:
    """As the region's clocks show it, with the offset; empty for what has not happened."""
    return "" if at is None else regions.get(region).local(at).isoformat(timespec="seconds")


def zone_cell(region: str) -> Cell:
    return str(regions.get(region).time_zone)


def _by_key(rows: QuerySet[Any]) -> Iterator[Any]:
    ordered, last = rows.order_by("pk"), None
    while True:
        page = list((ordered if last is None else ordered.filter(pk__gt=last))[:AT_ONCE])
        yield from page
        if len(page) < AT_ONCE:
            return
        last = page[-1].pk


def _safe(cell: Cell) -> Cell:
    """Numbers are numbers; a text that a spreadsheet would run is shown instead."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell
