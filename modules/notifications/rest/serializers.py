"""What comes in and goes out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.notifications.kinds import OPTIONAL, PUSHED
from modules.notifications.models import LONGEST_NAME
from modules.notifications.wording import languages
from tiffin.outside import LONGEST_URL
from tiffin.web.fields import IdField

LONGEST_KEY, LONGEST_AUTH = 100, 40


class PreferencesSerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(
        choices=["", *languages()], help_text="Empty: as the region of the order says"
    )
    unwanted = serializers.ListField(
        child=serializers.ChoiceField(choices=list(OPTIONAL)),
        max_length=len(OPTIONAL),
        help_text="What is not to come; what belongs to an order comes by e-mail all the same",
    )
    unwanted_push = serializers.ListField(
        child=serializers.ChoiceField(choices=list(PUSHED)),
        max_length=len(PUSHED),
        required=False,
        help_text="What is not to come to browsers; left out: as it was",
    )


class KeptPreferencesSerializer(PreferencesSerializer):
    push_public_key = serializers.CharField(
        help_text="What a browser subscribes with; empty where nothing can be sent to browsers"
    )


class KeysSerializer(serializers.Serializer[Any]):
    p256dh = serializers.CharField(max_length=LONGEST_KEY)
    auth = serializers.CharField(max_length=LONGEST_AUTH)


class SubscriptionSerializer(serializers.Serializer[Any]):
    """A PushSubscription as browsers write it (W3C Push API)."""

    endpoint = serializers.CharField(max_length=LONGEST_URL)
    keys = KeysSerializer()
    name = serializers.CharField(
        max_length=LONGEST_NAME, default="", allow_blank=True, help_text="For its owner to know it by"
    )


class BrowserSerializer(serializers.Serializer[Any]):
    id = IdField()
    name = serializers.CharField()
    endpoint = serializers.CharField()
    created_at = serializers.DateTimeField()


class BrowsersSerializer(serializers.Serializer[Any]):
    browsers = BrowserSerializer(many=True)


class WebhookRequestSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=LONGEST_URL)


class WebhookSerializer(serializers.Serializer[Any]):
    id = IdField()
    url = serializers.CharField()
    secret = serializers.CharField(help_text="Verifies what comes, by any library of Standard Webhooks")
    created_at = serializers.DateTimeField()


class WebhooksSerializer(serializers.Serializer[Any]):
    webhooks = WebhookSerializer(many=True)
