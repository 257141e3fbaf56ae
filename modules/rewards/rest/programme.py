"""What a region's programme offers: its tiers, and the campaigns of now."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.rewards import selectors
from modules.rewards.rest.serializers import CampaignsSerializer, RegionQuerySerializer, TiersSerializer
from tiffin.regions import UnknownRegion
from tiffin.web.customers import CustomerView
from tiffin.web.openapi import refuses

_TIERS = [
    OpenApiExample(
        "Silver, and on the way to Gold",
        value={
            "results": [
                {
                    "code": "silver",
                    "title": "Silver",
                    "from_points": 1500,
                    "multiplier": "1.25",
                    "benefits": ["priority_support"],
                    "mine": True,
                    "until": "2028-01-01T00:00:00Z",
                    "missing": 0,
                },
                {
                    "code": "gold",
                    "title": "Gold",
                    "from_points": 4000,
                    "multiplier": "1.50",
                    "benefits": ["priority_support"],
                    "mine": False,
                    "until": None,
                    "missing": 2400,
                },
            ]
        },
        response_only=True,
    )
]
_CAMPAIGNS = [
    OpenApiExample(
        "Twice the points",
        value={
            "results": [
                {
                    "id": "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e10",
                    "title": "Rainy November",
                    "kind": "multiplier",
                    "multiplier": "2.00",
                    "points": None,
                    "orders": None,
                    "days": None,
                    "until": "2026-12-01T00:00:00Z",
                    "restaurant_id": None,
                }
            ]
        },
        response_only=True,
    )
]


def _region(request: Request) -> str:
    asked = RegionQuerySerializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    region: str = asked.validated_data["region"]
    return region


class Tiers(CustomerView):
    @refuses(UnknownRegion)
    @extend_schema(
        parameters=[RegionQuerySerializer],
        responses=TiersSerializer,
        operation_id="rewards_tiers",
        summary="A region's tiers, and how far I am",
        description="The lowest first; none where the region has none.",
        examples=_TIERS,
    )
    def get(self, request: Request) -> Response:
        found = selectors.programme(self.customer_id(), _region(request))
        return Response(TiersSerializer({"results": found}).data)


class Campaigns(APIView):
    permission_classes = (AllowAny,)

    @refuses(UnknownRegion)
    @extend_schema(
        parameters=[RegionQuerySerializer],
        responses=CampaignsSerializer,
        operation_id="rewards_campaigns",
        summary="What orders earn more now",
        description="The campaigns of a region that give something now; what ends first is first.",
        examples=_CAMPAIGNS,
    )
    def get(self, request: Request) -> Response:
        found = selectors.campaigns(_region(request))
        return Response(CampaignsSerializer({"results": found}).data)
