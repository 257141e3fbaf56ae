"""Money of ads in forms: written as people write it, kept in micros."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectMultipleWidget

from modules.ads.policies import MICROS


class MicrosField(forms.DecimalField):
    """“0.35” is 350,000 micros."""

    def __init__(self, *, required: bool, help_text: str = "", label: str | None = None) -> None:
        super().__init__(
            required=required,
            help_text=help_text,
            label=label,
            min_value=Decimal(0),
            max_digits=15,
            decimal_places=6,
            widget=UnfoldAdminDecimalFieldWidget,
        )

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else int(amount * MICROS)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / MICROS if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def written(micros: int | None) -> str:
    """As staff read it; nothing for none."""
    return "–" if micros is None else f"{Decimal(micros) / MICROS:,.2f}"


def several(
    choices: list[tuple[str, str]], *, required: bool = False, coerce: Callable[[str], Any] = str
) -> forms.TypedMultipleChoiceField:
    """Some of these."""
    return forms.TypedMultipleChoiceField(
        choices=choices, required=required, coerce=coerce, widget=UnfoldAdminSelectMultipleWidget
    )
