"""How it looks over HTTP when an order arrives."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.orders.interface import LateParty, LateStep


class LateSerializer(serializers.Serializer[Any]):
    step = serializers.ChoiceField(
        choices=[step.value for step in LateStep], help_text="Which step takes longer than it should"
    )
    party = serializers.ChoiceField(
        choices=[party.value for party in LateParty], help_text="Whose step it is"
    )
    since = serializers.DateTimeField(help_text="When it should have been over")


class TrackingSerializer(serializers.Serializer[Any]):
    promised_from = serializers.DateTimeField(allow_null=True)
    promised_by = serializers.DateTimeField(
        allow_null=True, help_text="The latest time, said when the order was placed; it never moves"
    )
    eta_from = serializers.DateTimeField(allow_null=True)
    eta_by = serializers.DateTimeField(
        allow_null=True, help_text="What is expected now, by whole minutes; null once the order is over"
    )
    behind_minutes = serializers.IntegerField(help_text="How far `eta_by` lies after `promised_by`")
    late = LateSerializer(allow_null=True)
