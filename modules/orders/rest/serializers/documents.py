"""What every document of the API is made of."""

from __future__ import annotations

from typing import Any

import msgspec
from rest_framework import serializers

from tiffin.interfaces import OpenEnum

LONGEST_WORDS = 1_000


def choice(states: type[OpenEnum], **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=[state.value for state in states], **options)


def choice_of(states: type[OpenEnum]) -> serializers.ChoiceField:
    """What may be said: anything but that one does not know."""
    return serializers.ChoiceField(choices=[state.value for state in states if state.value != "unknown"])


class Document(serializers.Serializer[Any]):
    """A DTO as it goes out; the fields below say what is in it."""

    label: Any  # a serializer's own caption, which nobody shows; documents have members of that name

    def to_representation(self, instance: Any) -> Any:
        return msgspec.to_builtins(instance)


class MoneySerializer(Document):
    amount = serializers.IntegerField(help_text="Minor units")
    currency = serializers.CharField(help_text="ISO 4217")


def with_path(error: msgspec.ValidationError) -> dict[str, Any] | list[str]:
    """msgspec says `… - at `$[0].quantity``; the problem says it by JSON pointer, from nested errors."""
    message, _, at = str(error).partition(" - at `$")
    steps = at.rstrip("`").replace("[", ".").replace("]", "").split(".")
    detail: dict[str, Any] | list[str] = [message]
    for step in reversed([step for step in steps if step]):
        detail = {step: detail}
    return detail
