"""What is asked for and answered over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.ads.interface import MOST_SLOTS, AdvertiserKind, NoFill, Placement, Why
from modules.ads.models import choices
from tiffin.web.fields import IdField


class PointSerializer(serializers.Serializer[Any]):
    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)


class PlaceSerializer(serializers.Serializer[Any]):
    placement = serializers.ChoiceField(choices=choices(Placement))
    slots = serializers.IntegerField(min_value=1, max_value=MOST_SLOTS, default=1)


class PageViewSerializer(serializers.Serializer[Any]):
    """`device_id` is a random name by which the browser or app is known again, if its user agreed to that."""

    places = PlaceSerializer(many=True, allow_empty=False)
    region = serializers.CharField(max_length=16)
    device_id = IdField(required=False)
    point = PointSerializer(required=False)
    city = serializers.CharField(max_length=40, default="", allow_blank=True)
    text = serializers.CharField(max_length=80, default="", allow_blank=True)
    cuisine = serializers.CharField(max_length=40, default="", allow_blank=True)
    restaurant_id = IdField(required=False)
    language = serializers.CharField(max_length=12, default="", allow_blank=True)


class AdSerializer(serializers.Serializer[Any]):
    slot = serializers.IntegerField()
    token = serializers.CharField()
    click = serializers.CharField()
    kind = serializers.ChoiceField(choices=choices(AdvertiserKind))
    advertiser = serializers.CharField()
    headline = serializers.CharField()
    text = serializers.CharField()
    picture = serializers.CharField()
    why = serializers.CharField()
    reasons = serializers.ListField(child=serializers.ChoiceField(choices=choices(Why)))
    restaurant_id = IdField(allow_null=True)
    restaurant_slug = serializers.CharField()
    charged = serializers.BooleanField()


class FilledSerializer(serializers.Serializer[Any]):
    placement = serializers.ChoiceField(choices=choices(Placement))
    ads = AdSerializer(many=True)
    no_fill = serializers.ChoiceField(choices=choices(NoFill), allow_null=True)


class DecisionSerializer(serializers.Serializer[Any]):
    id = IdField()
    places = FilledSerializer(many=True)
    expires_at = serializers.DateTimeField()


class ImpressionsSerializer(serializers.Serializer[Any]):
    """The tokens of ads of one decision that came before somebody's eyes."""

    tokens = serializers.ListField(
        child=serializers.CharField(max_length=1_000), allow_empty=False, max_length=MOST_SLOTS
    )


class CountedSerializer(serializers.Serializer[Any]):
    """How many of them counted for the first time."""

    counted = serializers.IntegerField()


class ConsentSerializer(serializers.Serializer[Any]):
    """Whether ads may be chosen by what one does, and whether there may be one in e-mails that one asked
    for."""

    personal = serializers.BooleanField()
    by_email = serializers.BooleanField(required=False)


class DeviceConsentSerializer(serializers.Serializer[Any]):
    """Whether ads may be chosen by what is done in a browser that nobody is logged in with."""

    personal = serializers.BooleanField()
    device_id = IdField()
