"""What comes in and goes out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class AgreedSerializer(serializers.Serializer[Any]):
    """Whether what one does may be counted by services outside, under an id that says nothing of oneself."""

    agreed = serializers.BooleanField()


class ConsentChangeSerializer(AgreedSerializer):
    at = serializers.DateTimeField()


class AnalyticsConsentSerializer(AgreedSerializer):
    """With each time that it was said, the first first."""

    changes = ConsentChangeSerializer(many=True)
