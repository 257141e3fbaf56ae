"""How payments look over HTTP."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from modules.payments.interface import PaymentState, PaymentView
from modules.payments.models import KeptMethod
from modules.payments.states import KeepingState
from tiffin.money import Money
from tiffin.web.fields import IdField


class MoneySerializer(serializers.Serializer[Money]):
    amount = serializers.IntegerField(help_text="Minor units of the currency")
    currency = serializers.CharField(help_text="ISO 4217")


class PaymentSerializer(serializers.Serializer[PaymentView]):
    id = IdField()
    order_id = IdField()
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


class KeepMethodSerializer(serializers.Serializer[Any]):
    region = serializers.CharField(max_length=16, help_text="A region's code: its provider keeps the card")


class KeptMethodSerializer(serializers.Serializer[Any]):
    id = IdField()
    state = serializers.ChoiceField(
        source="state_name", choices=[(each.value, each.value) for each in KeepingState]
    )
    provider = serializers.CharField()
    method = serializers.CharField(help_text="What an order takes as its `payment_method`; empty until kept")
    brand = serializers.CharField()
    last4 = serializers.CharField()
    expires = serializers.CharField(help_text="MM/YYYY")
    client_secret = serializers.CharField(
        source="secret", help_text="While `waiting`: what the provider's library in the browser needs"
    )
    publishable_key = serializers.SerializerMethodField(help_text="With which the library is started")

    def get_publishable_key(self, kept: KeptMethod) -> str:
        return str(settings.TIFFIN_STRIPE_PUBLISHABLE_KEY) if kept.secret else ""


class KeptMethodListSerializer(serializers.Serializer[Any]):
    results = KeptMethodSerializer(many=True)
