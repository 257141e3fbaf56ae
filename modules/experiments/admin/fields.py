"""Shares and variations in forms: written as people write them, kept in basis points."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
)

HUNDRED = 100
VARIATIONS = (
    "One a line, the first is what others are compared with: key | share in % | value | name. "
    'Texts stand between quotation marks: control | 50 | "relevant" | As until now'
)


class ShareField(forms.DecimalField):
    """“12.5” (per cent) is 1,250 basis points."""

    def __init__(self, *, least: str = "0", help_text: str = "", label: str = "") -> None:
        super().__init__(
            min_value=Decimal(least),
            max_value=Decimal(HUNDRED),
            max_digits=5,
            decimal_places=2,
            help_text=help_text,
            label=label,
            widget=UnfoldAdminDecimalFieldWidget,
        )

    def clean(self, value: Any) -> int | None:
        share = super().clean(value)
        return None if share is None else int(share * HUNDRED)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / HUNDRED if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class VariationsField(forms.CharField):
    """Lines of “key | share | value | name” are a list of variations."""

    def __init__(self) -> None:
        super().__init__(help_text=VARIATIONS, widget=UnfoldAdminTextareaWidget)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        text = super().clean(value)
        return [_variation(line) for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(
            f"{each['key']} | {Decimal(each['weight']) / HUNDRED:g} | {json.dumps(each['value'])} "
            f"| {each['name']}"
            for each in value
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.clean(data))
        except forms.ValidationError:
            return True


def several(choices: list[tuple[str, str]]) -> forms.MultipleChoiceField:
    """Some of these, or none."""
    return forms.MultipleChoiceField(choices=choices, required=False, widget=UnfoldAdminSelectMultipleWidget)


def percent(points: int) -> str:
    """As staff read basis points."""
    return f"{Decimal(points) / HUNDRED:g} %"


def _variation(line: str) -> dict[str, Any]:
    """Raises ValidationError."""
    key, share, value, *name = (part.strip() for part in [*line.split("|", 3), "", ""][:4])
    try:
        weight = Decimal(share.removesuffix("%").strip()) * HUNDRED
        if weight != int(weight):
            raise ValueError
        return {"key": key, "name": "".join(name), "value": json.loads(value), "weight": int(weight)}
    except (ArithmeticError, ValueError):
        raise forms.ValidationError(
            f"“{line.strip()}” is not: key | share in % (two decimals) | value | name."
        ) from None
