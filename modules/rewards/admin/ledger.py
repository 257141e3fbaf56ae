"""The points ledger, to look at: nobody changes it but by use cases."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from modules.rewards.interface import Flow, HoldState
from modules.rewards.models import PROGRAMME, Account, Entry, Hold, Lot
from modules.rewards.selectors.statement import what_of
from modules.rewards.states import OF_CUSTOMERS, POINTS
from tiffin import regions
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.exporting import Cell, Exported, time_cell, zone_cell
from tiffin.admin.filters import Made
from tiffin.money import Money

_CUSTOMERS = [kind.value for kind in OF_CUSTOMERS]


class OfRegion(admin.ChoicesFieldListFilter):
    """By the regions there are: looking which ones millions of rows name would read them all."""

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        known = copy(field)
        known.choices = [(region.code, region.name) for region in regions.all()]
        super().__init__(known, *args, **kwargs)


class InState(admin.ChoicesFieldListFilter):
    """By the states there are."""

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        known = copy(field)
        known.choices = [(state.value, state.value) for state in HoldState if state is not HoldState.UNKNOWN]
        super().__init__(known, *args, **kwargs)


class StillOpen(admin.SimpleListFilter):
    """Whether anything is left of a lot."""

    title = "what is left"
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "some"), ("no", "nothing")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lot]) -> QuerySet[Lot]:
        asked = self.value()
        return queryset.filter(is_open=asked == "yes") if asked in {"yes", "no"} else queryset


class Ledger(Exported, ModuleAdmin):
    """What is common to these pages: a customer's id leads to all that the customer has."""

    @admin.display(description="Customer", ordering="customer_id")
    def customer(self, row: Any) -> str:
        return customer_link(row.customer_id)


def customer_link(customer_id: UUID | None) -> str:
    if customer_id is None:
        return "–"
    return format_html(
        '<a href="{}?id={}">{}</a>', reverse("admin:rewards_customer"), customer_id, customer_id
    )


@register(Account)
class AccountAdmin(Exported, ModuleAdmin):
    """Where points and money lie. An account of many rows is shown as the one that it is. What is a
    customer's is of no region, and for those who work everywhere."""

    list_display = ("kind", "whose", "region", "unit", "whole")
    list_filter = ("kind", ("region", OfRegion))
    search_fields = ("=owner",)
    ordering = ("pk",)
    fields = readonly_fields = ("kind", "owner", "region", "unit", "whole", "floor")
    export_columns = ("kind", "owner", "region", "unit", "balance")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        same = Account.objects.filter(
            **{name: OuterRef(name) for name in ("owner", "kind", "region", "unit")}
        ).order_by()
        rows: QuerySet[Account] = super().get_queryset(request)
        total = same.values("owner").annotate(total=Sum("balance")).values("total")
        return rows.filter(stripe=0).annotate(balance_of_all=Subquery(total))

    def export_row(self, row: Any) -> Iterable[Cell]:
        owner = "" if row.owner == PROGRAMME else str(row.owner)
        return row.kind, owner, row.region, row.unit, row.balance_of_all

    @admin.display(description="Whose", ordering="owner")
    def whose(self, account: Account) -> str:
        if account.owner == PROGRAMME:
            return "the programme's"
        return customer_link(account.owner) if account.kind in _CUSTOMERS else str(account.owner)

    @admin.display(description="Balance")
    def whole(self, account: Any) -> str:
        return _amount(account.balance_of_all, account.unit)


@register(Entry)
class EntryAdmin(Ledger):
    """All that ever happened. Found by its id, its customer's, or that of an order that points were for."""

    list_display = ("at", "region", "flow", "moved", "what", "customer", "order_id")
    list_filter = (("at", admin.DateFieldListFilter), ("region", OfRegion), "flow")
    search_fields = ("=id", "=customer_id")
    search_help_text = "The id of an entry, a customer or an order"
    export_columns = (
        "id", "number", "region", "flow", "amount", "unit", "customer_id", "party_id", "order_id", "reason",
        "time_zone", "at", "available_after",
    )  # fmt: skip

    def export_row(self, row: Entry) -> Iterable[Cell]:
        ids = (str(each or "") for each in (row.customer_id, row.party_id, row.order_id))
        return (
            str(row.id), row.number, row.region, row.flow, row.amount, row.unit, *ids, row.reason,
            zone_cell(row.region), time_cell(row.at, row.region), row.after,
        )  # fmt: skip

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        """Entries have no index by order: its customer is known of what is set aside for it."""
        try:
            asked = UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        held = Hold.objects.filter(order_id=asked).values_list("customer_id", flat=True)
        of_order = Q(customer_id__in=list(held), order_id=asked)
        return queryset.filter(Q(pk=asked) | Q(customer_id=asked) | of_order), False

    @admin.display(description="Amount", ordering="amount")
    def moved(self, entry: Entry) -> str:
        return _amount(entry.amount, entry.unit)

    @admin.display(description="Why")
    def what(self, entry: Entry) -> str:
        return what_of(Flow(entry.flow), entry.reason, of_order=entry.order_id is not None)


@register(Lot)
class LotAdmin(Ledger):
    """Points that came together, and what is left of them."""

    list_display = ("opened_at", "customer", "region", "points", "pending", "available", "held", "expires_at")
    list_filter = (("region", OfRegion), StillOpen, ("expires_at", admin.DateFieldListFilter))
    search_fields = ("=id", "=customer_id")
    export_columns = (
        "id", "customer_id", "region", "order_id", "points", "pending", "available", "held", "time_zone",
        "opened_at", "expires_at", "reason",
    )  # fmt: skip

    def export_row(self, row: Lot) -> Iterable[Cell]:
        opened, expires = (time_cell(at, row.region) for at in (row.opened_at, row.expires_at))
        return (
            str(row.id), str(row.customer_id), row.region, str(row.order_id or ""), row.points, row.pending,
            row.available, row.held, zone_cell(row.region), opened, expires, row.reason,
        )  # fmt: skip


@register(Hold)
class HoldAdmin(Ledger):
    """Points that are promised to orders; without an order, what is sent and looked into before."""

    list_display = (
        "created_at",
        "customer",
        "order_id",
        "region",
        "points",
        "posted",
        "restored",
        "state_name",
    )
    list_filter = (Made, ("region", OfRegion), ("state_name", InState))
    search_fields = ("=id", "=customer_id", "=order_id")
    exclude = ("log_txid",)
    export_columns = (
        "id", "customer_id", "order_id", "region", "points", "posted", "restored", "state", "time_zone",
        "held_at", "ended_at",
    )  # fmt: skip

    def export_row(self, row: Hold) -> Iterable[Cell]:
        held, ended = (time_cell(at, row.region) for at in (row.created_at, row.ended_at))
        return (
            str(row.id), str(row.customer_id), str(row.order_id or ""), row.region, row.points, row.posted,
            row.restored, row.state_name, zone_cell(row.region), held, ended,
        )  # fmt: skip


def _amount(amount: int, unit: str) -> str:
    return f"{amount:,} points" if unit == POINTS else str(Money(amount=amount, currency=unit))
