"""How giving looks over HTTP."""

from __future__ import annotations

from typing import Any

import msgspec
from rest_framework import serializers

from modules.rewards.interface import DonationSource, DonationState, StandingState
from modules.rewards.rest.serializers import MoneySerializer
from tiffin.interfaces import OpenEnum
from tiffin.web.fields import IdField

# Far above what any region lets be given at once, and within what a column holds.
MOST_POINTS = 1_000_000_000


def choice(states: type[OpenEnum], **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=[state.value for state in states], **options)


class Document(serializers.Serializer[Any]):
    """A DTO as it goes out; the fields below say what is in it."""

    def to_representation(self, instance: Any) -> Any:
        return msgspec.to_builtins(instance)


class CauseSerializer(Document):
    id = IdField()
    region = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    site = serializers.CharField(help_text="May be empty")


class CausesSerializer(serializers.Serializer[Any]):
    causes = CauseSerializer(many=True)


class RegionQuerySerializer(serializers.Serializer[Any]):
    region = serializers.CharField(max_length=16, help_text="A region's code")


class YearQuerySerializer(RegionQuerySerializer):
    year = serializers.IntegerField(min_value=2000, max_value=9000)


class DonationSerializer(Document):
    id = IdField()
    charity_id = IdField()
    charity = serializers.CharField()
    region = serializers.CharField()
    source: Any = choice(DonationSource)  # a field has a `source` of its own
    state = choice(DonationState)
    points = serializers.IntegerField(help_text="Nothing where money was given with an order")
    amount = MoneySerializer(help_text="What the charity gets of it")
    taken_back = MoneySerializer(help_text="What went back with refunds")
    given_at = serializers.DateTimeField()
    order_id = IdField(allow_null=True)
    receipt = serializers.CharField(help_text="The number of its receipt; empty while it has none")


class DonationPreviewSerializer(Document):
    charity_id = IdField()
    charity = serializers.CharField()
    points = serializers.IntegerField()
    amount = MoneySerializer(help_text="What the charity would get")
    available_after = serializers.IntegerField()


class DonationsSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True, help_text="The address of the next page")
    results = DonationSerializer(many=True)


class DonationsQuerySerializer(serializers.Serializer[Any]):
    cursor = IdField(required=False, help_text="As `next` has it")
    page_size = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)


class DonateSerializer(serializers.Serializer[Any]):
    charity_id = IdField()
    points = serializers.IntegerField(min_value=1, max_value=MOST_POINTS)


class StandingOrderSerializer(Document):
    id = IdField()
    charity_id = IdField()
    charity = serializers.CharField()
    region = serializers.CharField()
    points = serializers.IntegerField()
    day = serializers.IntegerField(help_text="Of the month; the last one of shorter months")
    state = choice(StandingState)
    next_on = serializers.DateField(allow_null=True)
    skipped_on = serializers.DateField(
        allow_null=True, help_text="When there were not enough points, if nothing was given since"
    )


class StandingOrdersSerializer(serializers.Serializer[Any]):
    results = StandingOrderSerializer(many=True)


class GiveMonthlySerializer(DonateSerializer):
    day = serializers.IntegerField(min_value=1, max_value=31)


class ChangeStandingOrderSerializer(serializers.Serializer[Any]):
    points = serializers.IntegerField(required=False, min_value=1, max_value=MOST_POINTS)
    state = serializers.ChoiceField(
        required=False,
        choices=[state.value for state in StandingState if state is not StandingState.UNKNOWN],
    )


class GivenToSerializer(Document):
    charity = serializers.CharField()
    donations = serializers.IntegerField()
    amount = MoneySerializer()
    points = serializers.IntegerField()


class YearSerializer(Document):
    region = serializers.CharField()
    year = serializers.IntegerField()
    lines = GivenToSerializer(many=True)
    total = MoneySerializer()
    points = serializers.IntegerField()


class ReceiptSerializer(Document):
    id = IdField()
    donation_id = IdField()
    number = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47")
    title = serializers.CharField()
    lines = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2),
        help_text="A label, and what stands beside it",
    )
    notes = serializers.ListField(child=serializers.CharField())
    issued_at = serializers.DateTimeField()
