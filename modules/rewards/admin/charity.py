"""Charities, what was given to them, and what customers give each month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from msgspec import structs
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from modules.payments.interface import BankAccount, Payments
from modules.rewards import selectors, services
from modules.rewards.charities import provider
from modules.rewards.models import Charity, Donation, DonationReceipt, StandingOrder
from tiffin import ids
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.actions import own_regions_field, said_beside
from tiffin.admin.exporting import Cell, Exported, time_cell
from tiffin.admin.staff import staff_of
from tiffin.interfaces import CommandKey, call
from tiffin.money import Money


class Settles(ModuleAdmin):
    """Actions with `permissions=["settle"]` are for who settles with charities."""

    def has_settle_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whether the staff's roles have "settle" in rewards."""
        return staff_of(request).has_perm("rewards.settle")


def _text(label: str) -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=40,
        label=label,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": label}),
    )


class AccountForm(ActionForm):  # type: ignore[misc]  # unfold has no types
    """A bank account, which is told to payments and kept nowhere else."""

    iban = _text("IBAN")
    bic = _text("BIC")
    sort_code = _text("Sort code")
    account_number = _text("Account number")


@register(Charity)
class CharityAdmin(Exported, Settles):
    """Who may be given to. One that is over is made inactive: what lies there is still settled."""

    list_display = ("name", "region", "active", "settles_by", "lies_there", "held", "settled_to")
    list_filter = ("region", "active", "settles_by", ("held", admin.EmptyFieldListFilter))
    search_fields = ("=id", "name", "organisation")
    ordering = ("name",)
    action_form = AccountForm
    actions = ("settle", "tell_account")
    fieldsets = (
        (None, {"fields": ("name", "region", "about", "site", "active")}),
        ("How it gets the money", {"fields": ("settles_by", "organisation", "payee_reference")}),
        ("How it stands", {"fields": ("currency", "lies_there", "held", "settled_to")}),
    )
    readonly_fields = ("currency", "lies_there")
    export_columns = (
        "id", "region", "name", "active", "settles_by", "currency", "lies_there_minor", "held",
    )  # fmt: skip

    def export_row(self, row: Charity) -> Iterable[Cell]:
        return (
            str(row.pk), row.region, row.name, str(row.active), row.settles_by, row.currency,
            selectors.lying([row]).get(row.pk, 0), row.held,
        )  # fmt: skip

    @admin.display(description="Lies there")
    def lies_there(self, charity: Charity) -> str:
        if not charity.currency:
            return "nothing"
        return str(Money(amount=selectors.lying([charity]).get(charity.pk, 0), currency=charity.currency))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_settle_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_settle_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "region"] if obj is not None else fixed

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Staff of some regions say what charities there are in these."""
        if db_field.name == "site":
            kwargs["assume_scheme"] = "https"
        if db_field.name != "region":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return own_regions_field(request)

    def save_by_use_case(self, request: HttpRequest, obj: Charity, form: Any) -> None:
        services.keep_charity(obj)

    @admin.action(description="Settle now what lies there", permissions=["settle"])
    def settle(self, request: HttpRequest, queryset: QuerySet[Charity]) -> None:
        for charity in queryset:
            services.settle_now(charity.pk)
        self.message_user(request, "What lies there is being settled.", messages.SUCCESS)

    @admin.action(description="The bank account is the one beside this", permissions=["settle"])
    def tell_account(self, request: HttpRequest, queryset: QuerySet[Charity]) -> None:
        """Of the charity, or of the provider that brings it what was given."""
        said = {name: said_beside(request, name) for name in _names(BankAccount)}
        for charity in queryset:
            payee = provider(charity.settles_by).payee(
                region=charity.region, charity_id=charity.pk, charity=charity.name
            )
            known = structs.replace(payee, account=BankAccount(**said))
            call(Payments).keep_payee(key=CommandKey(str(ids.new_id())), payee=known)
            self.message_user(request, f"That is where {payee.name} is paid.", messages.SUCCESS)


def _names(shape: Any) -> tuple[str, ...]:
    return tuple(field.name for field in structs.fields(shape))


@register(Donation)
class DonationAdmin(Exported, ModuleAdmin):
    """What was given. Whose it was is an id: names are with identity."""

    list_display = (
        "given_at", "region", "charity", "source", "points", "money", "taken_back", "borne", "batch",
        "customer_id",
    )  # fmt: skip
    list_filter = (
        ("given_at", admin.DateFieldListFilter),
        "region",
        "source",
        "charity__name",
        ("batch", admin.EmptyFieldListFilter),
    )
    search_fields = ("=id", "=customer_id", "=order_id", "=batch__id", "charity__name")
    list_select_related = ("charity", "batch")
    ordering = ("-given_at",)
    export_columns = (
        "given_at", "region", "id", "charity_id", "charity", "source", "points", "currency", "amount_minor",
        "taken_back_minor", "borne_minor", "order_id", "batch_id",
    )  # fmt: skip

    def export_row(self, row: Donation) -> Iterable[Cell]:
        return (
            time_cell(row.given_at, row.region), row.region, str(row.pk), str(row.charity_id),
            row.charity.name, row.source, row.points, row.currency, row.amount, row.taken_back, row.borne,
            str(row.order_id or ""), str(row.batch_id or ""),
        )  # fmt: skip

    @admin.display(description="For the charity", ordering="amount")
    def money(self, donation: Donation) -> str:
        return str(donation.money)


@register(StandingOrder)
class StandingOrderAdmin(ModuleAdmin):
    list_display = (
        "customer_id",
        "region",
        "charity",
        "points",
        "day",
        "state_name",
        "next_on",
        "skipped_on",
    )
    list_filter = ("state_name", "region", ("skipped_on", admin.EmptyFieldListFilter))
    search_fields = ("=id", "=customer_id", "charity__name")
    list_select_related = ("charity",)
    exclude = ("log_txid",)


@register(DonationReceipt)
class DonationReceiptAdmin(Exported, ModuleAdmin):
    list_display = ("number", "region", "donation", "amount", "issued_at")
    list_filter = ("region", ("issued_at", admin.DateFieldListFilter))
    search_fields = ("=number", "=donation__id", "=donation__customer_id")
    list_select_related = ("donation",)
    ordering = ("-issued_at",)
    export_columns = ("issued_at", "region", "number", "donation_id", "currency", "amount_minor")

    def export_row(self, row: DonationReceipt) -> Iterable[Cell]:
        return (
            time_cell(row.issued_at, row.region), row.region, row.number, str(row.donation_id),
            row.donation.currency, row.amount,
        )  # fmt: skip
