"""How an advertiser's campaigns do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from modules.ads.errors import AdvertiserUnknown, CampaignUnknown, ReportTooLong
from modules.ads.interface import Placement
from modules.ads.models import choices
from modules.ads.rest import examples
from modules.ads.rest.campaigns import AdvertiserView, checked
from modules.ads.selectors import owned
from modules.ads.selectors.lift import Lifted
from modules.ads.selectors.planning import Pace
from modules.ads.selectors.reports import EARLIEST, LATEST, Asked, Grain, Report, Sums, report
from modules.ads.services.report_files import csv_lines, file_name
from tiffin import clock, regions
from tiffin.web.fields import IdField
from tiffin.web.openapi import refuses

_WEEK = timedelta(days=6)


class ReportFilterSerializer(serializers.Serializer[Any]):
    """`first` and `last` are days of the region's clocks; left out, the last seven."""

    advertiser_id = IdField(required=False)
    campaign_id = IdField(required=False)
    placement = serializers.ChoiceField(choices=choices(Placement), required=False)
    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)
    grain = serializers.ChoiceField(choices=[grain.value for grain in Grain], default=Grain.DAY.value)

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        for name in ("first", "last"):
            if name in wanted and not EARLIEST <= wanted[name] <= LATEST:
                raise serializers.ValidationError({name: ["A day between the years 2000 and 2200."]})
        return wanted


class SumsSerializer(serializers.Serializer[Any]):
    """Amounts are micros. What was `filtered` did not count, and cost nothing."""

    impressions = serializers.IntegerField()
    clicks = serializers.IntegerField()
    click_rate = serializers.FloatField(allow_null=True)
    orders = serializers.IntegerField()
    filtered = serializers.IntegerField()
    spent = serializers.IntegerField()
    cost_per_click = serializers.IntegerField(allow_null=True)
    cost_per_order = serializers.IntegerField(allow_null=True)


class PaceSerializer(serializers.Serializer[Any]):
    """What was planned until now, of campaigns that spend evenly, and what they spent; micros."""

    planned = serializers.IntegerField()
    spent = serializers.IntegerField()


class IncrementalSerializer(serializers.Serializer[Any]):
    """Orders that came because of the ads, with the 95 % interval. `not_measured`: no campaign holds
    customers out; `not_enough_yet`: too few have ordered."""

    finding = serializers.ChoiceField(choices=["measured", "not_enough_yet", "not_measured"])
    orders = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    shown_viewers = serializers.IntegerField()
    shown_orders = serializers.IntegerField()
    held_out_viewers = serializers.IntegerField()
    held_out_orders = serializers.IntegerField()


class StepSerializer(SumsSerializer):
    begin = serializers.DateTimeField()
    pace = PaceSerializer(allow_null=True)
    incremental = IncrementalSerializer(help_text="Of all days of the report until this one.")


class ReportSerializer(serializers.Serializer[Any]):
    region = serializers.CharField()
    time_zone = serializers.CharField()
    currency = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    grain = serializers.CharField()
    totals = SumsSerializer()
    pace = PaceSerializer(allow_null=True)
    incremental = IncrementalSerializer()
    by_pricing = serializers.DictField(child=serializers.IntegerField(), help_text="What was spent; micros.")
    by_placement = serializers.DictField(
        child=serializers.IntegerField(), help_text="What was spent; micros."
    )
    steps = StepSerializer(many=True)


class Reports(AdvertiserView):
    @refuses(AdvertiserUnknown, CampaignUnknown, ReportTooLong)
    @extend_schema(
        parameters=[ReportFilterSerializer],
        responses=ReportSerializer,
        operation_id="ads_report",
        summary="How my campaigns do, by the hour or day",
        examples=examples.REPORT,
    )
    def get(self, request: Request) -> Response:
        return Response(told(report(asked_for(self, request))))


class ReportFile(AdvertiserView):
    @refuses(AdvertiserUnknown, CampaignUnknown, ReportTooLong)
    @extend_schema(
        parameters=[ReportFilterSerializer],
        responses={
            (HTTPStatus.OK, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="A line a step")
        },
        operation_id="ads_report_file",
        summary="The same as a CSV file",
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        found = report(asked_for(self, request))
        headers = {
            "Content-Disposition": f'attachment; filename="{file_name(found)}"',
            "Cache-Control": "private, no-store",
        }
        return StreamingHttpResponse(
            csv_lines(found), content_type="text/csv; charset=utf-8", headers=headers
        )


def asked_for(view: AdvertiserView, request: Request) -> Asked:
    """Raises AdvertiserUnknown, CampaignUnknown."""
    wanted = checked(ReportFilterSerializer, request.query_params)
    campaign_id = wanted.get("campaign_id")
    if campaign_id is not None:
        campaign = owned.campaign_of(view.own(), campaign_id)
        advertiser_id, region = campaign.advertiser_id, regions.get(campaign.region)
    else:
        advertiser_id = view.which(wanted)
        region = regions.get(owned.advertiser_of(view.own(), advertiser_id).region)
    last = wanted.get("last", region.local(clock.now()).date())
    return Asked(
        region=region,
        first=wanted.get("first", last - _WEEK),
        last=last,
        grain=Grain(wanted["grain"]),
        advertiser_id=advertiser_id,
        campaign_id=campaign_id,
        placement=Placement(wanted["placement"]) if "placement" in wanted else None,
    )


def told(found: Report) -> Mapping[str, Any]:
    asked = found.asked
    return ReportSerializer(
        {
            "region": asked.region.code,
            "time_zone": str(asked.region.time_zone),
            "currency": asked.region.currency,
            "first": asked.first,
            "last": asked.last,
            "grain": asked.grain.value,
            "totals": _sums(found.sums),
            "pace": _pace(found.pace),
            "incremental": _incremental(found.lift),
            "by_pricing": {name: sums.spent for name, sums in found.by_pricing.items()},
            "by_placement": {name: sums.spent for name, sums in found.by_placement.items()},
            "steps": [
                {
                    "begin": asked.region.local(step.begin),
                    "pace": _pace(step.pace),
                    "incremental": _incremental(step.lift),
                    **_sums(step.sums),
                }
                for step in found.steps
            ],
        }
    ).data


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "impressions": sums.impressions,
        "clicks": sums.clicks,
        "click_rate": None if sums.rate is None else round(sums.rate, 6),
        "orders": sums.orders,
        "filtered": sums.filtered,
        "spent": sums.spent,
        "cost_per_click": sums.per_click,
        "cost_per_order": sums.per_order,
    }


def _pace(pace: Pace | None) -> dict[str, int] | None:
    return None if pace is None else {"planned": pace.planned, "spent": pace.spent}


def _incremental(lift: Lifted) -> dict[str, Any]:
    estimate = lift.estimate
    known = "measured" if estimate else "not_enough_yet" if lift.campaigns else "not_measured"
    orders, low, high = (round(number, 1) for number in estimate) if estimate else (None, None, None)
    return {
        "finding": known,
        "orders": orders,
        "low": low,
        "high": high,
        "shown_viewers": lift.shown.viewers,
        "shown_orders": lift.shown.orders,
        "held_out_viewers": lift.held_out.viewers,
        "held_out_orders": lift.held_out.orders,
    }
