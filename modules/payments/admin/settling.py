"""What the pages of payouts and of collections share."""

from __future__ import annotations

from django.http import HttpRequest

from modules.payments.models import TransferEntry
from tiffin.admin import ModuleAdmin, ReadOnlyInline
from tiffin.admin.staff import staff_of


class Settled(ModuleAdmin):
    """Actions with `permissions=["settle"]` are for who moves money by what the bank says."""

    def has_settle_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whether the staff's roles have "settle" in payments."""
        return staff_of(request).has_perm("payments.settle")


class Entries(ReadOnlyInline):
    model = TransferEntry
    fields = ("kind", "amount", "reference", "note", "at")
