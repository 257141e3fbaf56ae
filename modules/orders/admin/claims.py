"""What customers say was wrong, and deciding it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from unfold.widgets import UnfoldAdminSelectWidget

from modules.orders import services
from modules.orders.interface import ClaimState
from modules.orders.models import Claim
from modules.orders.selectors import has_priority
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.exporting import Cell, Exported, money_cells, time_cell, zone_cell
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue
from tiffin.web.files import sent_file

COMES_FIRST = "comes first"
# What a list may ask for what is open by: a queue's filter, and the page's own.
_BY_STATE = ("state_name", "state_name__exact")


class ClaimForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """A decision, with what the customer reads about it."""

    decision = forms.ChoiceField(
        choices=[("grant", "Grant: the money goes back"), ("refuse", "Refuse")],
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Claim
        fields = ("answer",)


class Priority(admin.SimpleListFilter):
    """Those to be decided before others, because of their customers' tiers."""

    title = "priority"
    parameter_name = "priority"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", COMES_FIRST), ("no", "as any other")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(priority=value == "yes") if value in {"yes", "no"} else queryset


@register(Claim)
class ClaimAdmin(Exported, ModuleAdmin):
    """What customers say was wrong. What is open has a time by which it is decided, and some of it comes
    first."""

    list_display = (
        "order",
        "comes_first",
        "region",
        "reason",
        "state_name",
        "asked_for",
        "went_back",
        "photo_count",
        "appealed_at",
        "created_at",
        "decide_by",
    )
    list_filter = (
        Made,
        Priority,
        "state_name",
        "reason",
        "region",
        ("appealed_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("=id", "=order__id", "order__code", "=customer_id")
    list_select_related = ("order",)
    exclude = ("log_txid",)
    actions = ("grant", "refuse")
    export_columns = (
        "id", "order_id", "order_code", "region", "reason", "state", "asked_minor", "asked", "currency",
        "granted_minor", "granted", "granted_currency", "time_zone", "opened_at", "decided_at", "note",
    )  # fmt: skip

    def export_row(self, row: Claim) -> Iterable[Cell]:
        return (
            str(row.id), str(row.order_id), row.order.code, row.region, row.reason, row.state_name,
            *money_cells(row.asked, row.order.currency), *money_cells(row.granted, row.order.currency),
            zone_cell(row.region), time_cell(row.created_at, row.region),
            time_cell(row.decided_at, row.region), row.note,
        )  # fmt: skip

    form = ClaimForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        rows: QuerySet[Claim] = super().get_queryset(request)
        return rows.annotate(photos=Count("evidence"), priority=has_priority())

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """Of what waits for a decision first what comes first; what is decided is only looked up."""
        waits = ClaimState.OPEN.value in (request.GET.get(name) for name in _BY_STATE)
        return (has_priority().desc(), *self.ordering) if waits else self.ordering

    @admin.display(description="Priority", ordering="priority")
    def comes_first(self, claim: Any) -> str:
        """Its customer's tier brings it."""
        return COMES_FIRST if claim.priority else ""

    @admin.display(description="Photos", ordering="photos")
    def photo_count(self, claim: Any) -> str:
        return str(claim.photos) if claim.photos else ""

    @admin.display(description="Evidence")
    def evidence_shown(self, claim: Claim) -> str:
        """The photos, each a link to itself."""
        return format_html_join(
            " ",
            '<a href="{0}"><img src="{0}" alt="a photo that the customer sent" width="320"></a>',
            (
                (reverse(f"{self.admin_site.name}:orders_claim_evidence", args=[claim.id, each.id]),)
                for each in claim.evidence.defer("content")
            ),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Only the decision can be made, with what the customer reads about it."""
        fixed = [field.name for field in self.opts.concrete_fields if field.name != "answer"]
        return ["comes_first", *fixed, "evidence_shown"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = [*self.get_readonly_fields(request, obj), "answer"]
        decides = self.has_change_permission(request, obj)
        return [*(each for each in fields if each != "log_txid"), *(["decision"] if decides else [])]

    def save_by_use_case(self, request: HttpRequest, obj: Claim, form: Any) -> None:
        said = form.cleaned_data
        services.decide_claim(
            claim_id=obj.id, grant=said["decision"] == "grant", note="staff", answer=said["answer"]
        )

    def get_urls(self) -> list[Any]:
        shown = self.admin_site.admin_view(self.photo)
        mine = path("<uuid:claim_id>/evidence/<uuid:evidence_id>/", shown, name="orders_claim_evidence")
        return [mine, *super().get_urls()]

    def photo(self, request: HttpRequest, claim_id: UUID, evidence_id: UUID) -> HttpResponse:
        """A photo, for those who may see its claim."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        claim = self.get_object(request, str(claim_id))
        found = claim.evidence.filter(pk=evidence_id).first() if claim else None
        if found is None:
            raise Http404("There is no such photo.")
        return sent_file(bytes(found.content), found.media_type, name=str(evidence_id))

    @admin.display(description="Asked", ordering="asked")
    def asked_for(self, claim: Claim) -> str:
        return str(claim.order.money(claim.asked))

    @admin.display(description="Granted", ordering="granted")
    def went_back(self, claim: Claim) -> str:
        return str(claim.order.money(claim.granted)) if claim.granted else ""

    @admin.action(description="Grant: the money goes back", permissions=["act"])
    def grant(self, request: HttpRequest, queryset: QuerySet[Claim]) -> None:
        for claim in queryset:
            services.decide_claim(claim_id=claim.id, grant=True, note="staff")

    @admin.action(description="Refuse", permissions=["act"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Claim]) -> None:
        for claim in queryset:
            services.decide_claim(claim_id=claim.id, grant=False, note="staff")


queue(
    "Claims to decide",
    Claim,
    lambda: {"state_name": ClaimState.OPEN.value},
    why="What nobody decides in time the region's policy decides.",
)
