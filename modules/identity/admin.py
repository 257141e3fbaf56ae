"""Accounts on the staff's pages. Personal data stays sealed; what changes goes through the use cases."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.identity import services
from modules.identity.interface import AccountKind
from modules.identity.models import Account, Grant
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register
from tiffin.admin.staff import staff_of


class GrantInline(ReadOnlyInline):
    model = Grant
    fields = ("role", "scope", "created_at")


@register(Account)
class AccountAdmin(ModuleAdmin):
    list_display = ("email", "kind", "region", "is_active", "created_at", "erased_at")
    list_filter = ("kind", "region", "is_active")
    search_fields = ("email__startswith", "=id")
    fields = ("id", "email", "kind", "region", "is_active", "created_at", "erased_at")
    inlines = (GrantInline,)
    actions = ("close", "reopen", "end_sessions", "forget")

    @admin.action(description="Keep out, from now on", permissions=["act"])
    def close(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            services.close_account(account_id=account.id)

    @admin.action(description="Let in again", permissions=["act"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            services.reopen_account(account_id=account.id)

    @admin.action(description="End every session", permissions=["act"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            services.revoke_tokens(account_id=account.id)

    @admin.action(description="Forget these customers, for good", permissions=["act"])
    def forget(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset.filter(kind=AccountKind.CUSTOMER.value):
            services.forget_customer(customer_id=account.id)


@register(Grant)
class GrantAdmin(ModuleAdmin):
    list_display = ("account", "role", "scope", "created_at")
    list_filter = ("role",)
    list_select_related = ("account",)
    search_fields = ("account__email__startswith", "=scope")
    fields = ("account", "role", "scope")
    autocomplete_fields = ("account",)
    actions = ("withdraw",)
    region_field = "scope"  # of a grant for everywhere, or for a restaurant, it is no region's code

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_grant_permission(request)

    def has_grant_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the staff's roles have "grant" in identity."""
        return staff_of(request).has_perm("identity.grant")

    def save_by_use_case(self, request: HttpRequest, obj: Any, form: Any) -> None:
        """A new grant; what is granted already stays as it is."""
        granted = services.grant(account_id=obj.account_id, role=obj.role, scope=obj.scope)
        obj.pk = granted.pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Take back, at once", permissions=["grant"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Grant]) -> None:
        for granted in queryset:
            services.withdraw_grant(grant_id=granted.id)
