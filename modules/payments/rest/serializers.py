"""How payments look over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.payments.interface import PaymentState, PaymentView
from tiffin.money import Money


class MoneySerializer(serializers.Serializer[Money]):
    amount = serializers.IntegerField(help_text="Minor units of the currency")
    currency = serializers.CharField(help_text="ISO 4217")


class PaymentSerializer(serializers.Serializer[PaymentView]):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in PaymentState])
    method = serializers.CharField()
    amount = MoneySerializer()
    authorised = MoneySerializer()
    captured = MoneySerializer()
    voided = MoneySerializer()
    refunded = MoneySerializer()
    action_url = serializers.CharField(
        allow_null=True, help_text="Where the customer confirms the payment while it requires action"
    )
    reason = serializers.CharField(help_text="Why it was declined or failed; empty otherwise")

    def to_representation(self, instance: PaymentView) -> dict[str, Any]:
        return {**super().to_representation(instance), "state": instance.state.value}


class PaymentMethodSerializer(serializers.Serializer[Any]):
    method = serializers.CharField(help_text="What an order takes as its `payment_method`")
    title = serializers.CharField()
    hint = serializers.CharField(help_text="What the test card does")


class PaymentMethodListSerializer(serializers.Serializer[Any]):
    methods = PaymentMethodSerializer(many=True)
