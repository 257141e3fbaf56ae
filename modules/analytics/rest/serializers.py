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
    """To whom it is told, and each time that it was agreed to or not, the first first."""

    recipients = serializers.ListField(child=serializers.CharField())
    changes = ConsentChangeSerializer(many=True)
