"""What forms of several modules' pages ask: a note beside an action, one of the staff's own regions."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from tiffin import regions
from tiffin.admin.staff import staff_of


class Beside(ActionForm):  # type: ignore[misc]  # unfold has no types
    """What is asked beside an action: its subclasses say what."""


class Noted(Beside):
    """What staff say of money takes saying where that is written."""

    note = forms.CharField(
        required=False,
        max_length=300,
        label="Note",
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Why, and where it is written"}),
    )


def said_beside(request: HttpRequest, name: str) -> str:
    """What staff wrote beside the action, above the list or below it."""
    return next((said.strip() for said in request.POST.getlist(name) if said.strip()), "")


def note_of(request: HttpRequest) -> str:
    """What staff wrote beside the action, in the field of `Noted`."""
    return said_beside(request, "note")


def number_beside(request: HttpRequest, name: str) -> int | None:
    """The number that staff wrote beside the action; None for nothing, and 0 for what is none."""
    said = said_beside(request, name)
    if not said:
        return None
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else 0


def own_regions_field(request: HttpRequest) -> forms.ChoiceField:
    """A choice of the regions in which whoever is at the page works, and of no other."""
    actor = staff_of(request).actor
    mine = [each for each in regions.all() if actor.works_in(each.code)]
    return forms.ChoiceField(
        choices=[(each.code, each.name) for each in mine], widget=UnfoldAdminSelectWidget
    )
