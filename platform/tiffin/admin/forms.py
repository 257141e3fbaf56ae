"""Logging in to the staff's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import BASE_INPUT_CLASSES

from tiffin.admin import staff
from tiffin.errors import DomainError
from tiffin.interfaces import ModuleFault, ModuleUnavailable

_LOOK = " ".join(BASE_INPUT_CLASSES)


class StaffLoginForm(forms.Form):
    """`token` is the staff token once the form is valid."""

    username = forms.EmailField(
        label="E-mail",
        widget=forms.EmailInput(attrs={"class": _LOOK, "autofocus": "", "autocomplete": "username"}),
    )
    password = forms.CharField(
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"class": _LOOK, "autocomplete": "current-password"}),
    )
    token = ""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "username" not in values or "password" not in values:
            return values
        try:
            self.token = staff.log_in(values["username"], values["password"])
        except DomainError as refusal:
            raise ValidationError(refusal.sentence) from refusal
        except (ModuleUnavailable, ModuleFault) as trouble:
            raise ValidationError("Logging in is not possible just now; try again in a minute.") from trouble
        return values
