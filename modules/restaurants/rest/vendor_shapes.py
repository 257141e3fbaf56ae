"""The shapes of `/api/v1/restaurant/connections`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.restaurants.channels.webhook import document
from modules.restaurants.models import DeliveryAttempt, VendorConnection, VendorEvent
from modules.restaurants.models.vendors import ChannelName, EventState
from modules.restaurants.services.connections import EVENT_KINDS
from modules.restaurants.services.feed import FeedPage
from tiffin.web.fields import IdField

CHANNELS = [name.value for name in ChannelName]
STATES = [state.value for state in EventState]
MOST_RESTAURANTS = 500
# The largest that PostgreSQL holds.
LAST_PLACE = 2**63 - 1


class WantedConnectionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80, help_text="What you call it")
    channel = serializers.ChoiceField(
        choices=CHANNELS, help_text="How orders leave: pushed to `url`, fetched by you, or on the tablet only"
    )
    url = serializers.CharField(
        max_length=500, required=False, default="", allow_blank=True, help_text="https, for `webhook`"
    )
    restaurant_ids = serializers.ListField(
        child=IdField(),
        required=False,
        max_length=MOST_RESTAURANTS,
        help_text="Left out: all that you act for",
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=EVENT_KINDS),
        required=False,
        default=list,
        max_length=len(EVENT_KINDS),
        help_text="Empty: all of them",
    )
    enabled = serializers.BooleanField(
        required=False, default=True, help_text="`true` also begins anew with an address that had failed"
    )


class ConnectionSerializer(serializers.Serializer[Any]):
    id = IdField()
    name = serializers.CharField()
    channel = serializers.ChoiceField(choices=CHANNELS)
    url = serializers.CharField(allow_blank=True)
    restaurant_ids = serializers.ListField(child=IdField())
    events = serializers.ListField(child=serializers.CharField())
    enabled = serializers.BooleanField()
    disabled_because = serializers.CharField(
        allow_blank=True, help_text="`owner`, `failing` for too long, or `gone`: it answered 410"
    )
    failures = serializers.IntegerField(help_text="In a row")
    failing_since = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    polled_at = serializers.DateTimeField(allow_null=True)
    acknowledged = serializers.IntegerField(help_text="The place in the feed up to which you have it")


class NewSecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="What webhooks are signed with; it is never shown again")


class NewConnectionSerializer(ConnectionSerializer, NewSecretSerializer):
    """A connection and its first secret."""


class AttemptSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    taken = serializers.BooleanField()
    status = serializers.IntegerField(allow_null=True, help_text="null: nothing came back")
    milliseconds = serializers.IntegerField()
    answer = serializers.CharField(allow_blank=True, help_text="The beginning of it, or what went wrong")


class VendorDeliverySerializer(serializers.Serializer[Any]):
    id = IdField(help_text="`webhook-id`")
    type = serializers.CharField()
    at = serializers.DateTimeField()
    order_id = IdField(allow_null=True)
    state = serializers.ChoiceField(choices=STATES)
    taken_at = serializers.DateTimeField(allow_null=True)
    attempts = AttemptSerializer(many=True)


class VendorDeliveryPageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    results = VendorDeliverySerializer(many=True)


class DeliveryFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=STATES, required=False)
    cursor = serializers.CharField(required=False, max_length=64)
    page_size = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class FeedFilterSerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(
        required=False, min_value=0, max_value=LAST_PLACE, help_text="Left out: after what is acknowledged"
    )
    page_size = serializers.IntegerField(required=False, default=100, min_value=1, max_value=500)


class FeedEventSerializer(serializers.Serializer[Any]):
    cursor = serializers.IntegerField(help_text="Its place; acknowledge it once it is stored")
    id = IdField()
    type = serializers.CharField()
    timestamp = serializers.DateTimeField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`data` is a name that serializers have for themselves."""
        data = serializers.DictField(help_text="As in the webhook of the same id")
        return {**super().get_fields(), "data": data}


class FeedSerializer(serializers.Serializer[Any]):
    events = FeedEventSerializer(many=True)
    last = serializers.IntegerField(help_text="What to give as `after` next")
    more = serializers.BooleanField(help_text="Whether there is more already")


class AcknowledgeSerializer(serializers.Serializer[Any]):
    through = serializers.IntegerField(
        min_value=0, max_value=LAST_PLACE, help_text="The `cursor` up to which you have stored everything"
    )


def connection_shown(connection: VendorConnection) -> dict[str, Any]:
    return {
        "id": connection.id,
        "name": connection.name,
        "channel": connection.channel_name,
        "url": connection.url,
        "restaurant_ids": sorted(restaurant.id for restaurant in connection.restaurants.all()),
        "events": connection.events,
        "enabled": connection.disabled_at is None,
        "disabled_because": connection.disabled_because,
        "failures": connection.failures,
        "failing_since": connection.failing_since,
        "delivered_at": connection.delivered_at,
        "polled_at": connection.polled_at,
        "acknowledged": connection.acknowledged,
    }


def delivery_shown(event: VendorEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.kind,
        "at": event.at,
        "order_id": event.ticket_id,
        "state": event.state_name,
        "taken_at": event.taken_at,
        "attempts": [_attempt_shown(attempt) for attempt in event.tries.all()],
    }


def feed_shown(page: FeedPage) -> dict[str, Any]:
    return {
        "events": [{"cursor": place, **document(message)} for place, message in page.messages],
        "last": page.last,
        "more": page.more,
    }


def _attempt_shown(attempt: DeliveryAttempt) -> dict[str, Any]:
    return {
        "at": attempt.at,
        "taken": attempt.taken,
        "status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "answer": attempt.answer,
    }
