"""What is asked for and answered over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tiffin.web.fields import IdField

MOST_TOKENS = 50
MOST_ATTRIBUTES = 20


class AskedSerializer(serializers.Serializer[Any]):
    """`device_id` is a random name of the browser or app, for whom nobody is logged in with. `attributes` are
    what conditions may ask for, such as `platform` and `app_version`."""

    region = serializers.CharField(max_length=16)
    device_id = IdField(required=False)
    attributes = serializers.DictField(
        child=serializers.CharField(max_length=80, allow_blank=True), required=False
    )

    def validate_attributes(self, attributes: dict[str, str]) -> dict[str, str]:
        if len(attributes) > MOST_ATTRIBUTES:
            raise serializers.ValidationError(f"At most {MOST_ATTRIBUTES} attributes.")
        return attributes


class FlagSerializer(serializers.Serializer[Any]):
    """`exposures` are to be sent once the value makes a difference to whoever sees it."""

    value = serializers.JSONField()
    exposures = serializers.ListField(child=serializers.CharField())


class FlagsSerializer(serializers.Serializer[Any]):
    """By key."""

    flags = serializers.DictField(child=FlagSerializer())


class ExposuresSerializer(serializers.Serializer[Any]):
    tokens = serializers.ListField(
        child=serializers.CharField(max_length=600), allow_empty=False, max_length=MOST_TOKENS
    )


class CountedSerializer(serializers.Serializer[Any]):
    """How many were told for the first time."""

    counted = serializers.IntegerField()
