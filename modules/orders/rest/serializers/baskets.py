"""Baskets as they come in and go out, nested as deep as the menu."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from modules.orders.basket import LONGEST_LINE_NOTE, LONGEST_NAME
from modules.orders.interface import BasketLine
from modules.orders.rest.serializers.documents import with_path
from tiffin.web.fields import IdField


class ChoiceSerializer(serializers.Serializer[Any]):
    """An option taken from a group; options may have groups of their own."""

    group_id = IdField()
    option_id = IdField()
    quantity = serializers.IntegerField(default=1, min_value=1)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "choices": ChoiceSerializer(many=True, required=False)}


class BasketLineSerializer(serializers.Serializer[Any]):
    item_id = IdField()
    quantity = serializers.IntegerField(default=1, min_value=1)
    choices = ChoiceSerializer(many=True, required=False)
    for_person = serializers.CharField(
        default="", allow_blank=True, max_length=LONGEST_NAME, help_text="Whom it is for, in one line"
    )
    note = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=LONGEST_LINE_NOTE,
        help_text="What the kitchen should know about it, in one line",
    )


@extend_schema_field(BasketLineSerializer(many=True))
class BasketField(serializers.Field[Any, Any, Any, Any]):
    """The lines of a basket, nested as deep as the menu."""

    def to_internal_value(self, data: Any) -> tuple[BasketLine, ...]:
        try:
            return msgspec.convert(data, tuple[BasketLine, ...])
        except msgspec.ValidationError as error:
            raise serializers.ValidationError(with_path(error)) from None
        except RecursionError:
            raise serializers.ValidationError("Choices are nested too deeply.") from None

    def to_representation(self, value: Any) -> Any:
        return msgspec.to_builtins(value)


@extend_schema_field(BasketLineSerializer(many=True))
class BasketView(serializers.Field[Any, Any, Any, Any]):
    """Lines as a quote takes them."""

    def to_representation(self, value: Any) -> Any:
        return msgspec.to_builtins(value)
