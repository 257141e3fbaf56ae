"""Orders on the staff's pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from unfold.widgets import UnfoldAdminSelectWidget

from modules.orders import selectors, services
from modules.orders.interface import ClaimState
from modules.orders.models import (
    CancellationFee,
    Claim,
    KnownMenu,
    KnownRestaurant,
    KnownUnavailable,
    Order,
    OrderComponent,
    OrderLine,
    Promotion,
    PromotionBudget,
    PromotionUse,
    Rating,
    Receipt,
    Refund,
    RestaurantRating,
    TimelineEntry,
)
from modules.orders.models.order import OPEN
from tiffin import clock, regions
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register
from tiffin.admin.exporting import Cell, Exported, money_cells, time_cell, zone_cell
from tiffin.admin.queues import queue
from tiffin.admin.staff import staff_of
from tiffin.money import Money
from tiffin.web.files import sent_file


class Timeline(ReadOnlyInline):
    model = TimelineEntry
    fields = ("seq", "at", "axis", "from_state", "to_state", "status_name", "actor", "cause", "note")


class Lines(ReadOnlyInline):
    model = OrderLine
    fields = ("number", "quantity", "title", "unit_price", "options")


class Components(ReadOnlyInline):
    model = OrderComponent
    fields = (
        "number",
        "kind",
        "label",
        "amount",
        "tax_category",
        "tax_rate",
        "tax",
        "liable",
        "line",
        "explanation",
    )


class Refunds(ReadOnlyInline):
    model = Refund
    fields = ("number", "amount", "reason", "claim", "owed_at", "done_at", "attempt")


class Fee(ReadOnlyInline):
    """What is kept of an order that was stopped."""

    model = CancellationFee
    fields = ("amount", "by", "stage", "made_at", "parts")


@register(Order)
class OrderAdmin(Exported, ModuleAdmin):
    list_display = ("code", "region", "status_name", "restaurant_name", "amount", "waits", "created_at")
    list_filter = ("status_name", "region", "waits_for", "cancel_reason")
    search_fields = ("id", "code", "customer_id", "restaurant_id", "payment_id")
    exclude = ("sealed", "dropoff_lat", "dropoff_lon", "pickup")
    inlines = (Timeline, Lines, Components, Fee, Refunds)
    actions = ("cancel",)
    export_columns = (
        "id", "code", "region", "status", "fulfilment", "restaurant_id", "restaurant", "customer_id",
        "total_minor", "total", "currency", "refunded_minor", "refunded", "refunded_currency",
        "time_zone", "placed_at", "accepted_at", "ready_at", "delivered_at", "cancel_reason",
    )  # fmt: skip

    def export_row(self, row: Order) -> Iterable[Cell]:
        return (
            str(row.id), row.code, row.region, row.status_name, row.fulfilment_name,
            str(row.restaurant_id), row.restaurant_name, str(row.customer_id),
            *money_cells(row.total, row.currency), *money_cells(row.refunded, row.currency),
            zone_cell(row.region),
            *(time_cell(at, row.region)
              for at in (row.created_at, row.accepted_at, row.ready_at, row.delivered_at)),
            row.cancel_reason,
        )  # fmt: skip

    @admin.display(description="Total", ordering="total")
    def amount(self, order: Order) -> str:
        return str(order.money(order.total))

    @admin.display(description="Waits for", ordering="waits_until")
    def waits(self, order: Order) -> str:
        return f"{order.waits_for} {order.waits_until:%H:%M:%S}" if order.waits_until else ""

    @admin.action(description="Cancel: stop it and give the money back", permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        for order in queryset:
            services.cancel_order_by_staff(order_id=order.id, note="staff_pages")


class ClaimForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """A decision, with what the customer reads about it."""

    decision = forms.ChoiceField(
        choices=[("grant", "Grant: the money goes back"), ("refuse", "Refuse")],
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Claim
        fields = ("answer",)


@register(Claim)
class ClaimAdmin(Exported, ModuleAdmin):
    """What customers say was wrong. What is open has a time by which it is decided."""

    list_display = (
        "order",
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
    list_filter = ("state_name", "reason", "region", ("appealed_at", admin.EmptyFieldListFilter))
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
        return rows.annotate(photos=Count("evidence"))

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
        return [*fixed, "evidence_shown"]

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


@register(Receipt)
class ReceiptAdmin(ModuleAdmin):
    """What customers have in writing. Nothing of it ever changes."""

    list_display = ("number", "kind_name", "party_name", "region", "order", "money", "issued_at", "page")
    list_filter = ("kind_name", "party_name", "region", "issued_at")
    search_fields = ("=number", "=order__id", "=order__code", "=order__customer_id")
    list_select_related = ("order",)

    @admin.display(description="Total", ordering="total")
    def money(self, receipt: Receipt) -> str:
        return str(receipt.order.money(receipt.total))

    @admin.display(description="")
    def page(self, receipt: Receipt) -> str:
        return format_html('<a href="{}">View</a>', reverse("admin:orders_receipt_page", args=[receipt.pk]))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.receipt_page)
        return [path("<uuid:receipt_id>/page/", page, name="orders_receipt_page"), *super().get_urls()]

    def receipt_page(self, request: HttpRequest, receipt_id: UUID) -> HttpResponse:
        """As its customer sees it, with the name if the staff's role may read it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        receipt = self.get_queryset(request).select_related("order", "corrects").filter(pk=receipt_id).first()
        if receipt is None:
            raise Http404("There is no such receipt.")
        return HttpResponse(selectors.printed(receipt).html)


@register(Rating)
class RatingAdmin(Exported, ModuleAdmin):
    list_display = ("order", "food", "courier", "rated_at")
    list_filter = ("food", "courier", "order__region")
    region_field = "order__region"
    search_fields = ("=order__id", "order__code", "=restaurant_id", "=courier_id")
    list_select_related = ("order",)
    export_columns = (
        "order_id", "order_code", "region", "restaurant_id", "courier_id", "food_stars", "courier_stars",
        "words", "time_zone", "rated_at",
    )  # fmt: skip

    def export_row(self, row: Rating) -> Iterable[Cell]:
        region = row.order.region
        return (
            str(row.order_id), row.order.code, region, str(row.restaurant_id), str(row.courier_id or ""),
            row.food, row.courier, row.words, zone_cell(region), time_cell(row.rated_at, region),
        )  # fmt: skip


@register(RestaurantRating)
class RestaurantRatingAdmin(ModuleAdmin):
    list_display = ("restaurant_id", "stars", "count")
    search_fields = ("=restaurant_id",)


@register(Refund)
class RefundAdmin(Exported, ModuleAdmin):
    list_display = ("order", "number", "money", "reason", "owed_at", "done_at", "attempt")
    list_filter = ("order__region", ("done_at", admin.EmptyFieldListFilter))
    region_field = "order__region"
    search_fields = ("=order__id", "order__code")
    list_select_related = ("order",)

    export_columns = (
        "order_id", "order_code", "region", "number", "amount_minor", "amount", "currency", "reason",
        "claim_id", "time_zone", "owed_at", "done_at",
    )  # fmt: skip

    def export_row(self, row: Refund) -> Iterable[Cell]:
        order = row.order
        return (
            str(order.id), order.code, order.region, row.number, *money_cells(row.amount, order.currency),
            row.reason, str(row.claim_id or ""), zone_cell(order.region),
            time_cell(row.owed_at, order.region), time_cell(row.done_at, order.region),
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, refund: Refund) -> str:
        return str(refund.order.money(refund.amount))


STUCK_AFTER = timedelta(minutes=5)

queue(
    "Stuck orders",
    Order,
    lambda: {
        "status_name__in": ",".join(status.value for status in OPEN),
        "waits_until__lt": (clock.now() - STUCK_AFTER).isoformat(),
    },
    why="Their deadline is over and nothing has happened: look at the jobs and events that are held.",
)
queue(
    "Claims to decide",
    Claim,
    lambda: {"state_name": ClaimState.OPEN.value},
    why="What nobody decides in time the region's policy decides.",
)

PROMOTION_HELP = {
    "restaurant_id": "Only there; empty: in all of the region.",
    "code": "Upper case; empty: everybody has it.",
    "funded_by": "The restaurant only with its id.",
    "percent": "Of the basket, or of the dishes below.",
    "amount": "In the smallest unit of the money: 200 are 2.00.",
    "buy": "Of three for the price of two: 2.",
    "get": "Of three for the price of two: 1.",
    "items": "Ids of the dishes it is for, as a list; empty: the basket.",
    "most": "Never more than so much for one order, in the smallest unit.",
    "min_subtotal": "Of items and options, in the smallest unit.",
    "exclusive": "It goes with no other promotion.",
    "uses_per_customer": "Empty: as often as they order.",
    "budget": "In the smallest unit; never overspent. Empty: no limit.",
    "hours": "Opening hours as OpenStreetMap writes them, such as Mo-Fr 14:00-17:00.",
}


class InForce(admin.SimpleListFilter):
    """A promotion's place in time."""

    title = "in force"
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "now"), ("later", "later"), ("over", "over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Promotion]) -> QuerySet[Promotion]:
        now = clock.now()
        match self.value():
            case "now":
                return queryset.filter(starts_at__lte=now).exclude(ends_at__lte=now)
            case "later":
                return queryset.filter(starts_at__gt=now)
            case "over":
                return queryset.filter(ends_at__lte=now)
        return queryset


@register(Promotion)
class PromotionAdmin(ModuleAdmin):
    """What a promotion promises stays as it is: to change one, end it and begin another."""

    list_display = ("title", "region", "kind", "code", "funded_by", "starts_at", "ends_at", "budget_left")
    list_filter = (InForce, "region", "kind", "funded_by")
    search_fields = ("=id", "title", "code", "=restaurant_id")
    actions = ("end",)
    fieldsets = (
        (None, {"fields": ("title", "region", "restaurant_id", "code", "funded_by")}),
        (
            "What it gives",
            {"fields": ("kind", "percent", "amount", "buy", "get", "items", "most", "min_subtotal")},
        ),
        ("Who may have it", {"fields": ("exclusive", "new_customers_only", "uses_per_customer", "budget")}),
        ("When", {"fields": ("starts_at", "ends_at", "hours")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promotion]:
        parts = PromotionBudget.objects.filter(promotion=OuterRef("pk")).order_by().values("promotion")
        rows: QuerySet[Promotion] = super().get_queryset(request)
        return rows.annotate(remaining=Subquery(parts.annotate(total=Sum("remaining")).values("total")))

    @admin.display(description="Left of the budget")
    def budget_left(self, promotion: Any) -> str:
        if promotion.budget is None:
            return "no limit"
        currency = regions.get(promotion.region).currency
        left, whole = (
            Money(amount=int(n), currency=currency) for n in (promotion.remaining, promotion.budget)
        )
        return f"{left} of {whole}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_promote_permission(request)

    def has_promote_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the staff's roles have "promote" in orders: it spends money."""
        return staff_of(request).has_perm("orders.promote")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Staff of some regions begin promotions in these."""
        if db_field.name != "region":
            field = super().formfield_for_dbfield(db_field, request, **kwargs)
            if field is not None:
                field.help_text = PROMOTION_HELP.get(db_field.name, "")
            return field
        actor = staff_of(request).actor
        mine = [each for each in regions.all() if actor.works_everywhere or each.code in actor.regions]
        return forms.ChoiceField(
            choices=[(each.code, each.name) for each in mine], widget=UnfoldAdminSelectWidget
        )

    def save_by_use_case(self, request: HttpRequest, obj: Promotion, form: Any) -> None:
        services.start_promotion(obj)

    @admin.action(description="End now: what was promised before is kept", permissions=["promote"])
    def end(self, request: HttpRequest, queryset: QuerySet[Promotion]) -> None:
        for promotion in queryset:
            services.end_promotion(promotion_id=promotion.id)
        self.message_user(request, "No new price has it from now on.", messages.SUCCESS)


@register(PromotionUse)
class PromotionUseAdmin(ModuleAdmin):
    list_display = ("promotion", "order", "customer_id", "turn", "amount", "used_at", "released_at")
    list_filter = ("promotion__region", "promotion__kind")
    region_field = "promotion__region"
    search_fields = ("=promotion__id", "=order__id", "=customer_id", "promotion__code")
    list_select_related = ("promotion", "order")


@register(KnownRestaurant)
class KnownRestaurantAdmin(ModuleAdmin):
    list_display = ("name", "region", "menu_version")
    list_filter = ("region",)
    search_fields = ("id", "name")


@register(KnownMenu)
class KnownMenuAdmin(ModuleAdmin):
    list_display = ("restaurant_id", "version", "hash")
    search_fields = ("restaurant_id",)
    exclude = ("document",)


@register(KnownUnavailable)
class KnownUnavailableAdmin(ModuleAdmin):
    list_display = ("restaurant_id", "item_id", "until")
    search_fields = ("restaurant_id", "item_id")
