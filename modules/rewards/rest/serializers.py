"""How points look over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from modules.rewards.interface import (
    CampaignView,
    Flow,
    LotView,
    Membership,
    RewardsAccount,
    SendingLine,
    SendingPreview,
    SendingState,
    SendingView,
    StatementLine,
    StatementPage,
    TierView,
)
from modules.rewards.models import CampaignKind
from modules.rewards.services.holds import MOST_POINTS
from tiffin.money import Money
from tiffin.web.fields import IdField

_FLOWS = [(flow.value, flow.value) for flow in Flow]
_STATES = [(state.value, state.value) for state in SendingState]
# What PostgreSQL's bigint holds.
MOST_NUMBER = 2**63 - 1


class MoneySerializer(serializers.Serializer[Money]):
    amount = serializers.IntegerField(help_text="Minor units of the currency")
    currency = serializers.CharField(help_text="ISO 4217")


class LotSerializer(serializers.Serializer[LotView]):
    id = IdField()
    points = serializers.IntegerField(help_text="How many there were")
    pending = serializers.IntegerField()
    available = serializers.IntegerField()
    held = serializers.IntegerField(help_text="Set aside for orders")
    opened_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    order_id = IdField(allow_null=True)


class LotsSerializer(serializers.Serializer[Any]):
    results = LotSerializer(many=True)


class RegionQuerySerializer(serializers.Serializer[Any]):
    region = serializers.CharField(max_length=16, help_text="A region's code")


class MembershipSerializer(serializers.Serializer[Membership]):
    tier = serializers.CharField(help_text="Its code; empty: none")
    title = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)
    benefits = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of what it brings, as `priority_support`"
    )
    next_title = serializers.CharField(help_text="Empty in the highest tier")
    points_to_next = serializers.IntegerField(help_text="Still to become yours in time for the next tier")


class WalletSerializer(serializers.Serializer[RewardsAccount]):
    available = serializers.IntegerField(source="wallet.available")
    pending = serializers.IntegerField(
        source="wallet.pending", help_text="Earned, and yours once it cannot be claimed back"
    )
    held = serializers.IntegerField(source="wallet.held", help_text="Set aside for orders")
    owed = serializers.IntegerField(
        source="wallet.owed", help_text="Taken back after it was spent; what is earned next repays it"
    )
    tier = serializers.CharField(source="wallet.tier", help_text="In the region; empty: none")
    membership = MembershipSerializer(allow_null=True, help_text="null where there are no tiers")
    worth = MoneySerializer(
        allow_null=True, help_text="Of what is available; null where points are not spent"
    )
    minimum_points = serializers.IntegerField(help_text="Fewer are not spent at once")
    code = serializers.CharField(help_text="By which others send you points; empty until you want one")
    usable = serializers.BooleanField(help_text="False while somebody looks into the wallet")
    may_send = serializers.BooleanField(help_text="Whether points are sent between customers there")


class StatementQuerySerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_NUMBER, help_text="The `after` of the page before"
    )
    page_size = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)


class StatementLineSerializer(serializers.Serializer[StatementLine]):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    flow = serializers.ChoiceField(choices=_FLOWS)
    points = serializers.IntegerField()
    change = serializers.IntegerField(help_text="Of what is available: below zero is taken")
    balance = serializers.IntegerField(source="after", help_text="What was available then")
    what = serializers.CharField(help_text="Why, in words")
    order_id = IdField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When what came expires")
    campaigns = serializers.ListField(
        child=serializers.CharField(), help_text="The titles of those that gave the points"
    )
    charity = serializers.CharField(help_text="The name of the one that got them; empty otherwise")

    def to_representation(self, instance: StatementLine) -> dict[str, Any]:
        return {**super().to_representation(instance), "flow": instance.flow.value}


class StatementSerializer(serializers.Serializer[StatementPage]):
    results = StatementLineSerializer(many=True, source="lines")
    after = serializers.IntegerField(allow_null=True, help_text="Where to go on; null at the end")


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Nine characters, as people read them")


class SendSerializer(serializers.Serializer[Any]):
    to = serializers.CharField(max_length=32, help_text="The receiver's rewards code")
    points = serializers.IntegerField(min_value=1, max_value=MOST_POINTS)
    region = serializers.CharField(max_length=16, help_text="A region's code: where you order")


class SendingPreviewSerializer(serializers.Serializer[SendingPreview]):
    to = serializers.CharField()
    points = serializers.IntegerField()
    available_after = serializers.IntegerField()
    left_today = serializers.IntegerField(help_text="How many may be sent within these 24 hours after it")
    expires_at = serializers.DateTimeField(help_text="When the first of them expire, with the receiver too")


class SendingSerializer(serializers.Serializer[SendingView]):
    id = IdField()
    to = serializers.CharField()
    points = serializers.IntegerField()
    at = serializers.DateTimeField()
    state = serializers.ChoiceField(
        choices=_STATES,
        help_text="What is `held` is neither side's until somebody has looked into it: then it is `sent`, or "
        "`returned` to its sender",
    )

    def to_representation(self, instance: SendingView) -> dict[str, Any]:
        return {**super().to_representation(instance), "state": instance.state.value}


class SendingsQuerySerializer(serializers.Serializer[Any]):
    cursor = IdField(required=False, help_text="As `next` has it")
    page_size = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)


class SendingLineSerializer(serializers.Serializer[SendingLine]):
    id = IdField()
    received = serializers.BooleanField(help_text="By you, or else sent by you")
    other = serializers.CharField(help_text="The other's rewards code; empty for who has none any more")
    points = serializers.IntegerField()
    at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=_STATES, help_text="What you received is always `sent`")

    def to_representation(self, instance: SendingLine) -> dict[str, Any]:
        return {**super().to_representation(instance), "state": instance.state.value}


class SendingsSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True, help_text="The address of the next page")
    results = SendingLineSerializer(many=True)


class TierSerializer(serializers.Serializer[TierView]):
    code = serializers.CharField()
    title = serializers.CharField()
    from_points = serializers.IntegerField(help_text="Who earns so many within the qualifying time has it")
    multiplier = serializers.DecimalField(
        max_digits=6, decimal_places=2, help_text="So many times as much is earned by orders"
    )
    benefits = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of what it brings, as `priority_support`"
    )
    mine = serializers.BooleanField()
    until = serializers.DateTimeField(allow_null=True, help_text="Of yours; you may keep it longer")
    missing = serializers.IntegerField(help_text="Still to become yours in time for it")


class TiersSerializer(serializers.Serializer[Any]):
    results = TierSerializer(many=True)


class CampaignSerializer(serializers.Serializer[CampaignView]):
    id = IdField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=CampaignKind.choices)
    multiplier = serializers.DecimalField(
        max_digits=4, decimal_places=2, allow_null=True, help_text="Of what an order earns anyway"
    )
    points = serializers.IntegerField(allow_null=True, help_text="That an order, or a streak, earns more")
    orders = serializers.IntegerField(allow_null=True, help_text="So many of them are a streak")
    days = serializers.IntegerField(allow_null=True, help_text="Within so many of them")
    until = serializers.DateTimeField()
    restaurant_id = IdField(allow_null=True, help_text="For orders from there alone; null: from anywhere")


class CampaignsSerializer(serializers.Serializer[Any]):
    results = CampaignSerializer(many=True)
