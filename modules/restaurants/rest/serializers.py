"""The shapes of `/api/v1/restaurants` and `/api/v1/restaurant`. Answers are written from the DTOs of
`interface.py`; the serializers here describe them, and check what comes in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import is_naive
from rest_framework import serializers

from modules.restaurants.interface import DelayReason, RejectReason, TicketKind, TicketState
from tiffin import clock
from tiffin.web.fields import IdField

MAX_READY_IN_MINUTES = 180
_GIVEN_REASONS = [
    reason.value for reason in RejectReason if reason not in (RejectReason.NO_ANSWER, RejectReason.UNKNOWN)
]
_DELAYS = [reason.value for reason in DelayReason if reason is not DelayReason.UNKNOWN]
_STATES = [state.value for state in TicketState if state is not TicketState.UNKNOWN]


class PricedInSerializer(serializers.Serializer[Any]):
    amount = serializers.IntegerField(help_text="Minor units of the currency")
    currency = serializers.CharField(help_text="ISO 4217")


class RestaurantPointSerializer(serializers.Serializer[Any]):
    lat = serializers.FloatField()
    lon = serializers.FloatField()


class ViewpointSerializer(serializers.Serializer[Any]):
    """Where the customer is; both or neither."""

    lat = serializers.FloatField(required=False, min_value=-90, max_value=90, help_text="Degrees (WGS 84)")
    lon = serializers.FloatField(required=False, min_value=-180, max_value=180, help_text="Degrees (WGS 84)")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("lat" in attrs) != ("lon" in attrs):
            missing = "lon" if "lat" in attrs else "lat"
            raise serializers.ValidationError({missing: "Give lat and lon, or neither."})
        return attrs


class SearchSerializer(ViewpointSerializer):
    region = serializers.CharField(required=False, help_text="“gb”")
    city = serializers.CharField(required=False, help_text="“london”")
    cuisine = serializers.CharField(required=False, help_text="“ramen”")
    q = serializers.CharField(required=False, max_length=80, help_text="Words of a name or a dish")
    open = serializers.BooleanField(required=False, default=False, help_text="Only those that are open now")
    delivers_here = serializers.BooleanField(
        required=False, default=False, help_text="Only those that deliver to lat and lon"
    )
    cursor = serializers.CharField(required=False, max_length=400)
    page_size = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)


class RestaurantSerializer(serializers.Serializer[Any]):
    """`distance_m` and `delivers_here` are null unless lat and lon were given."""

    id = IdField()
    slug = serializers.CharField()
    name = serializers.CharField()
    cuisine = serializers.CharField()
    region = serializers.CharField()
    city = serializers.CharField()
    area = serializers.CharField()
    point = RestaurantPointSerializer()
    opening_hours = serializers.CharField(help_text="OpenStreetMap opening_hours, in time_zone")
    time_zone = serializers.CharField()
    is_open = serializers.BooleanField()
    opens_at = serializers.DateTimeField(allow_null=True, help_text="When it opens next, if closed")
    closes_at = serializers.DateTimeField(allow_null=True, help_text="When it closes next, if open")
    paused_until = serializers.DateTimeField(allow_null=True)
    preparation_minutes = serializers.IntegerField()
    min_order = PricedInSerializer()
    menu_version = serializers.IntegerField()
    orders_per_slot = serializers.IntegerField(allow_null=True)
    full_until = serializers.DateTimeField(allow_null=True, help_text="Its kitchen takes no more until then")
    picture = serializers.CharField()
    distance_m = serializers.IntegerField(allow_null=True)
    delivers_here = serializers.BooleanField(allow_null=True)


class RestaurantDetailSerializer(RestaurantSerializer):
    zone = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        help_text="Where it delivers: a ring of [longitude, latitude]",
    )


class RestaurantPageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    results = RestaurantSerializer(many=True)


class OptionSerializer(serializers.Serializer[Any]):
    id = IdField()
    title = serializers.CharField()
    price = serializers.IntegerField(help_text="What one of it adds, in minor units")
    tax_category = serializers.CharField()
    max = serializers.IntegerField(allow_null=True, help_text="How often it may be chosen")
    code = serializers.CharField(help_text="What the restaurant's own system calls it")
    allergens = serializers.ListField(child=serializers.CharField(), help_text="As far as the menu says")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """What to choose with this option, nested as deep as the menu."""
        return {**super().get_fields(), "groups": OptionGroupSerializer(many=True)}


class OptionGroupSerializer(serializers.Serializer[Any]):
    id = IdField()
    title = serializers.CharField()
    min = serializers.IntegerField(help_text="At least so many of its options, counted with quantities")
    max = serializers.IntegerField(allow_null=True, help_text="At most so many")
    free = serializers.IntegerField(help_text="The first so many cost nothing")
    options = OptionSerializer(many=True)


class MenuItemSerializer(serializers.Serializer[Any]):
    id = IdField()
    title = serializers.CharField()
    titles = serializers.DictField(child=serializers.CharField(), help_text="In other languages")
    description = serializers.CharField()
    descriptions = serializers.DictField(child=serializers.CharField(), help_text="In other languages")
    price = serializers.IntegerField(help_text="Minor units")
    tax_category = serializers.CharField()
    picture = serializers.CharField(allow_null=True)
    groups = OptionGroupSerializer(many=True)
    code = serializers.CharField(help_text="What the restaurant's own system calls it")
    allergens = serializers.ListField(child=serializers.CharField(), help_text="As far as the menu says")


class MenuCategorySerializer(serializers.Serializer[Any]):
    id = IdField()
    title = serializers.CharField()
    hours = serializers.CharField(help_text="When it is served: OpenStreetMap opening_hours")
    items = MenuItemSerializer(many=True)


class MenuDocumentSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    language = serializers.CharField()
    categories = MenuCategorySerializer(many=True)


class UnavailableSerializer(serializers.Serializer[Any]):
    item_id = IdField()
    until = serializers.DateTimeField(allow_null=True, help_text="null: until said otherwise")


class MenuSerializer(serializers.Serializer[Any]):
    restaurant_id = IdField()
    version = serializers.IntegerField()
    hash = serializers.CharField()
    published_at = serializers.DateTimeField()
    document = MenuDocumentSerializer()
    unavailable = UnavailableSerializer(many=True)


class TicketChoiceSerializer(serializers.Serializer[Any]):
    item_id = IdField()
    title = serializers.CharField()
    count = serializers.IntegerField(help_text="In one dish")
    price = serializers.IntegerField(help_text="Of all of them together, in minor units")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """What was chosen with this option."""
        return {**super().get_fields(), "choices": TicketChoiceSerializer(many=True)}


class TicketLineSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    count = serializers.IntegerField()
    options = serializers.ListField(child=serializers.CharField(), help_text="As the kitchen reads them")
    item_id = IdField(allow_null=True)
    price = serializers.IntegerField(
        allow_null=True, help_text="Of one dish with its options, in minor units of the total's currency"
    )
    choices = TicketChoiceSerializer(many=True, help_text="The options as a till reads them")
    person = serializers.IntegerField(
        allow_null=True, help_text="From 1; lines of the same number go into the same bag. null: nobody named"
    )
    for_person = serializers.CharField(help_text="Whom it is for; empty where the name cannot be opened")
    note = serializers.CharField(help_text="What the customer wrote about it; empty once it is closed")


class TicketSerializer(serializers.Serializer[Any]):
    order_id = IdField()
    restaurant_id = IdField()
    restaurant_name = serializers.CharField()
    reference = serializers.CharField(help_text="The short code that people say aloud")
    state = serializers.ChoiceField(choices=_STATES)
    lines = TicketLineSerializer(many=True)
    note = serializers.CharField()
    total = PricedInSerializer()
    placed_at = serializers.DateTimeField()
    accept_by = serializers.DateTimeField(help_text="Unless it is answered by then, it rejects itself")
    ready_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(help_text="Why it was rejected or withdrawn")
    fulfilment = serializers.ChoiceField(
        choices=[kind.value for kind in TicketKind], help_text="Who comes for it: a courier, or the customer"
    )
    wanted_at = serializers.DateTimeField(allow_null=True, help_text="null: as soon as possible")
    minimum_age = serializers.IntegerField(help_text="Of whoever gets it; 0: it does not matter")


class HandOverSerializer(serializers.Serializer[Any]):
    age_checked = serializers.BooleanField(
        default=False, help_text="An identity card was seen, where the ticket has a `minimum_age`"
    )


class TicketPageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    results = TicketSerializer(many=True)


class TicketFilterSerializer(serializers.Serializer[Any]):
    state = serializers.MultipleChoiceField(choices=_STATES, required=False)
    restaurant_id = IdField(required=False)
    cursor = serializers.CharField(required=False, max_length=64)
    page_size = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class AcceptSerializer(serializers.Serializer[Any]):
    ready_in_minutes = serializers.IntegerField(min_value=1, max_value=MAX_READY_IN_MINUTES)


class MomentField(serializers.DateTimeField):
    """A time with its offset: whose clock one without is meant by nobody knows."""

    def enforce_timezone(self, value: datetime) -> datetime:
        if is_naive(value):
            raise serializers.ValidationError(
                "Say it with its offset, such as 2030-01-01T20:00:00Z.", code="no_offset"
            )
        aware: datetime = super().enforce_timezone(value)
        return aware


class DelaySerializer(serializers.Serializer[Any]):
    ready_at = serializers.DateTimeField(
        help_text="Later than promised, at most 180 minutes from now; saying it again changes nothing"
    )
    reason = serializers.ChoiceField(choices=_DELAYS, required=False, default=DelayReason.OTHER.value)


class RejectSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=_GIVEN_REASONS)


class WhichRestaurantSerializer(serializers.Serializer[Any]):
    restaurant_id = IdField(required=False, help_text="Needed only by those who act for several restaurants")


class CapacitySerializer(WhichRestaurantSerializer):
    orders_per_slot = serializers.IntegerField(
        min_value=1, max_value=1_000, allow_null=True, help_text="null: as many as come"
    )


class WhichRestaurantFilterSerializer(WhichRestaurantSerializer):
    """The same as a question's parameter."""


class WorkingSerializer(WhichRestaurantSerializer):
    accepts_unanswered = serializers.BooleanField(
        help_text="What nobody has answered when its time is nearly over is accepted, not rejected"
    )
    phone = serializers.RegexField(
        r"^\+[0-9]{6,15}$",
        max_length=16,
        allow_blank=True,
        help_text="What we call when nobody answers; E.164, or empty",
    )
    open_orders_limit = serializers.IntegerField(
        min_value=1,
        max_value=1_000,
        allow_null=True,
        required=False,
        default=None,
        help_text="With so many open orders I take no more; null: as is usual in the region",
    )


class BusySerializer(WhichRestaurantSerializer):
    minutes = serializers.IntegerField(
        min_value=0, max_value=120, help_text="How much longer everything takes; 0: as usual again"
    )
    for_minutes = serializers.IntegerField(min_value=5, max_value=24 * 60, default=60)


class AvailabilitySerializer(WhichRestaurantSerializer):
    available = serializers.BooleanField()
    until = MomentField(
        required=False,
        allow_null=True,
        default=None,
        help_text="When what is sold out comes back by itself: a time to come, with its offset; null: when "
        "you say so",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        until = attrs["until"]
        if not attrs["available"] and until is not None and until <= clock.now():
            over = "This time is over. Say one to come, or that it is available."
            raise serializers.ValidationError({"until": over}, code="past")
        return attrs


class PauseSerializer(WhichRestaurantSerializer):
    minutes = serializers.IntegerField(min_value=5, max_value=24 * 60)
