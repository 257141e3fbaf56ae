"""Orders: placing, the order as it stands, its timeline, the same again."""

from __future__ import annotations

from typing import Any

import msgspec
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from modules.orders.interface import (
    ChangeKind,
    CourierState,
    Fulfilment,
    OrderState,
    PaymentState,
    PointsState,
    RefundState,
    Status,
    VendorState,
)
from modules.orders.models import Order
from modules.orders.rest.serializers.baskets import BasketView
from modules.orders.rest.serializers.documents import Document, MoneySerializer, choice
from modules.orders.rest.serializers.minds import KeptSerializer, RatingSerializer, RefundSerializer
from modules.orders.rest.serializers.quotes import LineSerializer, PriceSerializer
from modules.orders.rest.tracking import TrackingSerializer
from modules.orders.selectors.orders import summary_of
from modules.orders.services.placing import LONGEST_NOTE
from tiffin.web.fields import IdField

LONGEST_QUOTE = 200_000


class TokenField(serializers.CharField):
    """Text that is believed when its signature fits and refused otherwise, whatever it is made of: its
    characters need not be looked at one by one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [
            each for each in self.validators if not isinstance(each, ProhibitSurrogateCharactersValidator)
        ]


class PlaceRequestSerializer(serializers.Serializer[Any]):
    quote = TokenField(max_length=LONGEST_QUOTE, help_text="`token` of a quote")
    payment_method = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=100,
        help_text="May be empty where nothing is left to pay, as when points pay for all of it",
    )
    note = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_NOTE, help_text="What the kitchen should know"
    )
    age_confirmed = serializers.BooleanField(
        default=False, help_text="Whether the customer says to be as old as the quote's `minimum_age`"
    )


class AfterSerializer(serializers.Serializer[Any]):
    """Query of the timeline."""

    after = serializers.IntegerField(default=0, min_value=0, max_value=2**31 - 1)


class AxesSerializer(Document):
    order = choice(OrderState)
    payment = choice(PaymentState)
    vendor = choice(VendorState)
    courier = choice(CourierState)
    refund = choice(RefundState)
    points = choice(PointsState)


class PersonShareSerializer(Document):
    """What one of those who eat together pays."""

    person = serializers.IntegerField(allow_null=True, help_text="null: the dishes that nobody is named for")
    name = serializers.CharField()
    lines = serializers.ListField(child=serializers.IntegerField(), help_text="Indexes of the order's lines")
    dishes = MoneySerializer(help_text="Less what was discounted on them, with their tax")
    shared = MoneySerializer(help_text="An equal part of fees, delivery, tip and rounding, with their tax")
    total = MoneySerializer(help_text="The two together; the totals of all sum to the order's")
    tax = MoneySerializer(help_text="What of the total is tax")


class OrderSerializer(Document):
    id = IdField()
    code = serializers.CharField()
    version = serializers.IntegerField()
    region = serializers.CharField()
    customer_id = IdField()
    restaurant_id = IdField()
    restaurant_name = serializers.CharField()
    status = choice(Status)
    axes = AxesSerializer()
    placed_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    total = MoneySerializer()
    refunded = MoneySerializer()
    lines = LineSerializer(many=True)
    price = PriceSerializer()
    payment_method = serializers.CharField()
    courier_id = IdField(allow_null=True)
    ready_at = serializers.DateTimeField(allow_null=True)
    waits_until = serializers.DateTimeField(allow_null=True)
    action_url = serializers.CharField(allow_null=True)
    cancel_reason = serializers.CharField(allow_null=True)
    may_cancel = serializers.BooleanField()
    fulfilment = choice(Fulfilment)
    note = serializers.CharField()
    wanted_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    minimum_age = serializers.IntegerField(help_text="Of whoever gets it; 0: it does not matter")
    rating = RatingSerializer(allow_null=True)
    tracking = TrackingSerializer()
    kept = KeptSerializer(many=True, help_text="What is charged although it was stopped")
    refunds = RefundSerializer(many=True)
    claim_obstacle = serializers.CharField(help_text="Why nothing can be claimed; empty while it can")
    rating_obstacle = serializers.CharField(help_text="Why it cannot be rated; empty while it can")
    per_person = PersonShareSerializer(many=True, help_text="The bill apart; empty where nobody is named")
    points = serializers.IntegerField(help_text="They pay `points_worth` of the bill")
    points_worth = MoneySerializer(allow_null=True)
    points_back = serializers.IntegerField(help_text="So many of them came back")
    donation = MoneySerializer(allow_null=True, help_text="What the total holds for the charity")
    charity_id = IdField(allow_null=True)
    tracking = TrackingSerializer()


class ReorderChangeSerializer(Document):
    kind = choice(ChangeKind)
    title = serializers.CharField()
    text = serializers.CharField()
    before = MoneySerializer(help_text="One of it, with its options")
    after = MoneySerializer(allow_null=True)


class ReorderSerializer(Document):
    restaurant_id = IdField()
    lines = BasketView(help_text="To be quoted")
    changes = ReorderChangeSerializer(many=True)
    fulfilment = choice(Fulfilment)


class SummarySerializer(Document):
    id = IdField()
    code = serializers.CharField()
    region = serializers.CharField()
    restaurant_id = IdField()
    restaurant_name = serializers.CharField()
    status = choice(Status)
    placed_at = serializers.DateTimeField()
    total = MoneySerializer()
    item_count = serializers.IntegerField()
    fulfilment = choice(Fulfilment)

    def to_representation(self, instance: Order) -> Any:
        return msgspec.to_builtins(summary_of(instance))


class EntrySerializer(Document):
    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    axis = serializers.ChoiceField(choices=["order", "payment", "vendor", "courier", "refund", "points"])
    from_state = serializers.CharField(allow_null=True)
    to_state = serializers.CharField()
    status = choice(Status)
    axes = AxesSerializer()
    actor = serializers.CharField()
    cause = serializers.CharField()
    note = serializers.CharField(allow_null=True)


class TimelineSerializer(serializers.Serializer[Any]):
    entries = EntrySerializer(many=True)
