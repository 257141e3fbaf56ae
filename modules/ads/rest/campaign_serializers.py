"""Campaigns as advertisers write and read them. Amounts are micros: millionths of the main unit of the
region's currency."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from modules.ads.interface import AdvertiserKind, CampaignState, Objective, Pacing, Placement, Pricing
from modules.ads.kinds import Customers, Goods, Members, Segment
from modules.ads.models import Campaign, Creative, Flight, choices
from modules.ads.models.campaigns import MOST_HELD_OUT
from modules.ads.services.checking import LONGEST_HEADLINE, LONGEST_TEXT
from modules.ads.states import CreativeState
from tiffin import regions
from tiffin.web.fields import IdField

MOST_MICROS = 10**15
MOST_NAMES, MOST_CORNERS = 50, 500
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _micros(*, least: int = 0, **more: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=least, max_value=MOST_MICROS, **more)


def _words(longest: int, **more: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=longest), max_length=MOST_NAMES, **more
    )


def _some_of(kinds: Any, **more: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices=choices(kinds)), max_length=MOST_NAMES, **more
    )


class AdvertiserSerializer(serializers.Serializer[Any]):
    id = IdField()
    region = serializers.CharField()
    kind = serializers.ChoiceField(source="kind_name", choices=choices(AdvertiserKind))
    name = serializers.CharField()
    restaurant_id = IdField()
    is_blocked = serializers.BooleanField(help_text="Nothing of it is shown.")


class AdvertisersSerializer(serializers.Serializer[Any]):
    results = AdvertiserSerializer(many=True)


class NewAdvertiserSerializer(serializers.Serializer[Any]):
    restaurant_id = IdField()


class TermsSerializer(serializers.ModelSerializer[Campaign]):
    """What may be written of a campaign. `bid` is the most for a click (cpc), a thousand impressions (cpm) or
    an order (cpa), and to be submitted no less than the region's floor; `daily_cap` null: what of the budget
    falls on the day. Of 10,000 customers `holdout` are never shown it, so that it is known what they order
    without it."""

    objective = serializers.ChoiceField(source="objective_name", choices=choices(Objective))
    pricing = serializers.ChoiceField(source="pricing_name", choices=choices(Pricing))
    pacing = serializers.ChoiceField(source="pacing_name", choices=choices(Pacing), default=Pacing.EVEN.value)
    bid = _micros()
    budget = _micros()
    daily_cap = _micros(least=1, allow_null=True, default=None)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    goods = _some_of(Goods, default=list)
    landing = serializers.CharField(max_length=300, allow_blank=True, default="")
    holdout = serializers.IntegerField(min_value=0, max_value=MOST_HELD_OUT, default=0)

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = (
            "name", "objective", "pricing", "bid", "budget", "daily_cap", "pacing", "starts_at", "ends_at",
            "goods", "landing", "holdout",
        )  # fmt: skip

    def validate_starts_at(self, value: datetime) -> datetime:
        return _in_our_time(value)

    def validate_ends_at(self, value: datetime) -> datetime:
        return _in_our_time(value)


def _in_our_time(value: datetime) -> datetime:
    if not _EARLIEST <= value <= _LATEST:
        raise serializers.ValidationError("A moment between the years 2000 and 2200.")
    return value


class NewCampaignSerializer(TermsSerializer):
    """`advertiser_id` may be left out by whoever is one."""

    advertiser_id = IdField(required=False)

    class Meta(TermsSerializer.Meta):
        fields: tuple[str, ...] = ("advertiser_id", *TermsSerializer.Meta.fields)


class FlightTermsSerializer(serializers.ModelSerializer[Flight]):
    """Where, when and to whom; what is empty narrows nothing. `weekdays` are 1 (Monday) to 7, `from_hour` and
    `to_hour` (not included) hours of the region's clocks; `zone` is a ring of [longitude, latitude]. A viewer
    sees it `cap` times in `cap_hours` (0: no cap), and `to_unknown` people see it of whom nothing is kept."""

    placements = _some_of(Placement, allow_empty=False)
    cities = _words(40, default=list)
    zone = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        min_length=3, max_length=MOST_CORNERS, allow_null=True, default=None,
    )  # fmt: skip
    cuisines = _words(40, default=list)
    keywords = _words(40, default=list)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), max_length=7, default=list
    )
    from_hour = serializers.IntegerField(min_value=0, max_value=23, default=0)
    to_hour = serializers.IntegerField(min_value=0, max_value=24, default=24)
    members = serializers.ChoiceField(choices=choices(Members), default=Members.ANY.value)
    customers = serializers.ChoiceField(choices=choices(Customers), default=Customers.ANY.value)
    segments = _some_of(Segment, default=list)
    cap = serializers.IntegerField(min_value=0, max_value=1_000, default=3)
    cap_hours = serializers.IntegerField(min_value=1, max_value=24 * 30, default=24)
    to_unknown = serializers.BooleanField(default=True)

    class Meta:
        model = Flight
        fields: tuple[str, ...] = (
            "name", "placements", "cities", "zone", "cuisines", "keywords", "weekdays", "from_hour",
            "to_hour", "members", "customers", "segments", "cap", "cap_hours", "to_unknown",
        )  # fmt: skip


class FlightSerializer(FlightTermsSerializer):
    id = IdField()

    class Meta(FlightTermsSerializer.Meta):
        fields: tuple[str, ...] = ("id", "is_on", *FlightTermsSerializer.Meta.fields)


class SwitchSerializer(serializers.Serializer[Any]):
    on = serializers.BooleanField()


class CreativeTermsSerializer(serializers.Serializer[Any]):
    """Texts by language ("" is for all others); {restaurant}, {cuisine}, {dish}, {price} and {minutes} are
    filled when it is shown."""

    name = serializers.CharField(max_length=120)
    headlines = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_HEADLINE), allow_empty=False
    )
    texts = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True), default=dict
    )
    picture = serializers.CharField(
        max_length=300,
        allow_blank=True,
        default="",
        help_text="A path on this origin, as dishes' pictures have on the menu; empty: that of the dish that "
        "it names.",
    )


class CreativeSerializer(CreativeTermsSerializer):
    id = IdField()
    state = serializers.ChoiceField(source="state_name", choices=choices(CreativeState))
    note = serializers.CharField(help_text="Why it was rejected.")


class CampaignSerializer(TermsSerializer):
    """`note` says why it was rejected."""

    id = IdField()
    advertiser_id = IdField()
    region = serializers.CharField()
    currency = serializers.SerializerMethodField()
    state = serializers.ChoiceField(source="state_name", choices=choices(CampaignState))
    note = serializers.CharField()

    class Meta(TermsSerializer.Meta):
        fields: tuple[str, ...] = (
            "id", "advertiser_id", "region", "currency", "state", "note", *TermsSerializer.Meta.fields,
        )  # fmt: skip

    @extend_schema_field(serializers.CharField)
    def get_currency(self, campaign: Campaign) -> str:
        return regions.get(campaign.region).currency


class WholeCampaignSerializer(CampaignSerializer):
    flights = serializers.SerializerMethodField()
    creatives = serializers.SerializerMethodField()

    class Meta(CampaignSerializer.Meta):
        fields: tuple[str, ...] = (*CampaignSerializer.Meta.fields, "flights", "creatives")

    @extend_schema_field(FlightSerializer(many=True))
    def get_flights(self, campaign: Campaign) -> list[dict[str, Any]]:
        return list(FlightSerializer(campaign.flights.order_by("id"), many=True).data)

    @extend_schema_field(CreativeSerializer(many=True))
    def get_creatives(self, campaign: Campaign) -> list[dict[str, Any]]:
        rows: Any = Creative.objects.filter(campaign_id=campaign.id).order_by("id")
        return list(CreativeSerializer(rows, many=True).data)


class CampaignsFilterSerializer(serializers.Serializer[Any]):
    advertiser_id = IdField(required=False)
    state = serializers.ChoiceField(choices=choices(CampaignState), required=False)
