"""What the pages of payouts and of collections share."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from modules.payments.models import TransferEntry
from tiffin.admin import ModuleAdmin, ReadOnlyInline
from tiffin.admin.staff import staff_of


class Noted(ActionForm):  # type: ignore[misc]  # unfold has no types
    """What staff say of money takes saying where that is written."""

    note = forms.CharField(
        required=False,
        max_length=300,
        label="Note",
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Why, and where it is written"}),
    )


def note_of(request: HttpRequest) -> str:
    """What staff wrote beside the action."""
    return next((note for note in request.POST.getlist("note") if note.strip()), "")


class Settled(ModuleAdmin):
    """Actions with `permissions=["settle"]` are for who moves money by what the bank says."""

    def has_settle_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whether the staff's roles have "settle" in payments."""
        return staff_of(request).has_perm("payments.settle")


class Entries(ReadOnlyInline):
    model = TransferEntry
    fields = ("kind", "amount", "reference", "at")
