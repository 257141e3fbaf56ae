"""How it looks over HTTP when an order arrives."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from modules.orders.interface import LateParty, LateStep, Status
from modules.orders.rest.progress import DOOR, RESTAURANT
from tiffin.web.fields import IdField

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the answer that you have: 304 without a body while it still holds",
)
ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 304], description="Names this answer"
)


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


class CourierSeenSerializer(serializers.Serializer[Any]):
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    at = serializers.DateTimeField(help_text="When the courier was seen there")
    towards = serializers.ChoiceField(choices=[RESTAURANT, DOOR], help_text="Where the courier goes")
    distance_m = serializers.IntegerField(help_text="From there, as the crow flies")
    minutes = serializers.IntegerField(help_text="About how long that takes")


class ProgressSerializer(serializers.Serializer[Any]):
    order_id = IdField()
    status = serializers.ChoiceField(choices=[status.value for status in Status])
    tracking = TrackingSerializer()
    courier = CourierSeenSerializer(
        allow_null=True, help_text="While one is coming and it is known where; never kept"
    )

    def to_representation(self, instance: Any) -> Any:
        return msgspec.to_builtins(instance)
