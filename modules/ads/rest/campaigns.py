"""What advertisers do themselves: their campaigns, from a draft to its end. Staff approve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as ModelInvalid
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.ads.errors import (
    AdvertiserUnknown,
    BidBelowFloor,
    CampaignRefused,
    CampaignUnknown,
    CreativeUnknown,
    FlightUnknown,
    GoodsOnlyForAdults,
)
from modules.ads.models import Campaign, Creative, Flight
from modules.ads.rest import examples
from modules.ads.rest.campaign_serializers import (
    AdvertiserSerializer,
    AdvertisersSerializer,
    CampaignSerializer,
    CampaignsFilterSerializer,
    CreativeSerializer,
    CreativeTermsSerializer,
    FlightSerializer,
    FlightTermsSerializer,
    NewAdvertiserSerializer,
    NewCampaignSerializer,
    SwitchSerializer,
    TermsSerializer,
    WholeCampaignSerializer,
)
from modules.ads.selectors import owned
from modules.ads.services import campaigns as services
from modules.restaurants.interface import RestaurantUnknown
from tiffin.errors import DomainError
from tiffin.states import StateConflict
from tiffin.web.auth import IsRestaurant, actor_of
from tiffin.web.idempotency import idempotent
from tiffin.web.openapi import refuses

# Fields that are called otherwise where they are kept.
_NAMES = {"objective_name": "objective", "pricing_name": "pricing", "pacing_name": "pacing"}


class AdvertiserView(APIView):
    """Base of views that are about what the restaurants in the actor's token advertise."""

    permission_classes = (IsRestaurant,)

    def own(self) -> tuple[UUID, ...]:
        return actor_of(self.request).restaurants

    def which(self, wanted: dict[str, Any]) -> UUID:
        """The advertiser that the request is about; whoever is one need not name it. Raises
        AdvertiserUnknown."""
        if "advertiser_id" in wanted:
            return owned.advertiser_of(self.own(), wanted["advertiser_id"]).id
        found = owned.advertisers_of(self.own())
        if len(found) != 1:
            raise ValidationError({"advertiser_id": ["Say for which of your advertisers."]})
        return found[0].id


def checked(serializer: type[serializers.BaseSerializer[Any]], data: Any, *, partial: bool = False) -> Any:
    asked = serializer(data=data, partial=partial)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


def said(do: Callable[..., Any], *values: Any, **named: Any) -> Any:
    """What the use case finds wrong, said of the fields that were sent."""
    try:
        return do(*values, **named)
    except ModelInvalid as wrong:
        found = {_NAMES.get(name, name): texts for name, texts in wrong.message_dict.items()}
        if NON_FIELD_ERRORS in found:
            found["non_field_errors"] = found.pop(NON_FIELD_ERRORS)
        raise ValidationError(found) from None


class Advertisers(AdvertiserView):
    @extend_schema(
        responses=AdvertisersSerializer,
        operation_id="ads_advertisers",
        summary="The advertisers that my restaurants are",
    )
    def get(self, request: Request) -> Response:
        return Response(AdvertisersSerializer({"results": owned.advertisers_of(self.own())}).data)

    @refuses(RestaurantUnknown)
    @extend_schema(
        request=NewAdvertiserSerializer,
        responses=AdvertiserSerializer,
        operation_id="ads_advertiser_open",
        summary="Have a restaurant of mine advertise",
        description="It is the same advertiser however often it is asked for.",
    )
    def post(self, request: Request) -> Response:
        restaurant_id = checked(NewAdvertiserSerializer, request.data)["restaurant_id"]
        if restaurant_id not in self.own():
            raise RestaurantUnknown(restaurant=str(restaurant_id))
        return Response(AdvertiserSerializer(services.open_restaurant(restaurant_id)).data)


class Campaigns(AdvertiserView, generics.ListAPIView[Campaign]):
    serializer_class = CampaignSerializer

    def get_queryset(self) -> QuerySet[Campaign]:
        wanted = checked(CampaignsFilterSerializer, self.request.query_params)
        found = owned.campaigns_of(self.own())
        if "advertiser_id" in wanted:
            found = found.filter(advertiser_id=self.which(wanted))
        return found.filter(state_name=wanted["state"]) if "state" in wanted else found

    @refuses(AdvertiserUnknown)
    @extend_schema(
        parameters=[CampaignsFilterSerializer],
        operation_id="ads_campaigns",
        summary="My campaigns, newest first",
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @refuses(AdvertiserUnknown)
    @extend_schema(
        request=NewCampaignSerializer,
        responses={201: WholeCampaignSerializer},
        operation_id="ads_campaign_draft",
        summary="Draft a campaign",
        description="Nobody sees it before it has flights and creatives, is submitted, and staff approve it.",
        examples=examples.CAMPAIGN,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        wanted = checked(NewCampaignSerializer, request.data)
        advertiser = owned.advertiser_of(self.own(), self.which(wanted))
        wanted.pop("advertiser_id", None)
        campaign = said(services.draft_campaign, Campaign(advertiser=advertiser, **wanted))
        return Response(WholeCampaignSerializer(campaign).data, status=status.HTTP_201_CREATED)


class OneCampaign(AdvertiserView):
    @refuses(CampaignUnknown)
    @extend_schema(
        responses=WholeCampaignSerializer,
        operation_id="ads_campaign",
        summary="A campaign with its flights and creatives",
    )
    def get(self, request: Request, campaign_id: UUID) -> Response:
        return self._seen(campaign_id)

    @refuses(CampaignUnknown, CampaignRefused)
    @extend_schema(
        request=TermsSerializer,
        responses=WholeCampaignSerializer,
        operation_id="ads_campaign_change",
        summary="Change a draft, or one that was rejected",
    )
    def patch(self, request: Request, campaign_id: UUID) -> Response:
        campaign = owned.campaign_of(self.own(), campaign_id)
        wanted = checked(TermsSerializer, request.data, partial=True)
        for name, value in wanted.items():
            setattr(campaign, name, value)
        said(services.change_campaign, campaign, fields=list(wanted))
        return self._seen(campaign_id)

    def _seen(self, campaign_id: UUID) -> Response:
        return Response(WholeCampaignSerializer(owned.campaign_of(self.own(), campaign_id)).data)


class _Move(AdvertiserView):
    """Base of the steps of a campaign."""

    do: Callable[..., None]

    def move(self, campaign_id: UUID) -> Response:
        campaign = owned.campaign_of(self.own(), campaign_id)
        type(self).do(campaign_id=campaign.id)
        return Response(WholeCampaignSerializer(owned.campaign_of(self.own(), campaign_id)).data)


def _step(name: str, do: Callable[..., None], summary: str, *refusals: type[DomainError]) -> type[_Move]:
    class Step(_Move):
        @refuses(CampaignUnknown, CampaignRefused, StateConflict, *refusals)
        @extend_schema(
            request=None,
            responses=WholeCampaignSerializer,
            operation_id=f"ads_campaign_{name}",
            summary=summary,
        )
        def post(self, request: Request, campaign_id: UUID) -> Response:
            return self.move(campaign_id)

    Step.do = staticmethod(do)
    return Step


Submit = _step(
    "submit", services.submit_campaign, "Ask staff to approve it", BidBelowFloor, GoodsOnlyForAdults
)
TakeBack = _step("take_back", services.take_back, "Make it a draft again, which can be changed")
Pause = _step("pause", services.pause_campaign, "Show it no more, for now")
Resume = _step("resume", services.resume_campaign, "Show a paused one again")
End = _step("end", services.end_campaign, "It is over, for good")


class Flights(AdvertiserView):
    @refuses(CampaignUnknown, CampaignRefused)
    @extend_schema(
        request=FlightTermsSerializer,
        responses={201: FlightSerializer},
        operation_id="ads_flight_add",
        summary="Say where, when and to whom a draft is shown",
        examples=examples.FLIGHT,
    )
    @idempotent
    def post(self, request: Request, campaign_id: UUID) -> Response:
        campaign = owned.campaign_of(self.own(), campaign_id)
        flight = Flight(campaign=campaign, **checked(FlightTermsSerializer, request.data))
        said(services.add_flight, flight)
        return Response(FlightSerializer(flight).data, status=status.HTTP_201_CREATED)


class OneFlight(AdvertiserView):
    @refuses(FlightUnknown, CampaignRefused)
    @extend_schema(
        request=FlightTermsSerializer,
        responses=FlightSerializer,
        operation_id="ads_flight_change",
        summary="Change a flight of a draft",
    )
    def put(self, request: Request, flight_id: UUID) -> Response:
        flight = owned.flight_of(self.own(), flight_id)
        for name, value in checked(FlightTermsSerializer, request.data).items():
            setattr(flight, name, value)
        said(services.change_flight, flight)
        return Response(FlightSerializer(flight).data)


class SwitchFlight(AdvertiserView):
    @refuses(FlightUnknown, BidBelowFloor)
    @extend_schema(
        request=SwitchSerializer,
        responses=FlightSerializer,
        operation_id="ads_flight_switch",
        summary="Have a flight rest, or go on",
    )
    def put(self, request: Request, flight_id: UUID) -> Response:
        flight = owned.flight_of(self.own(), flight_id)
        services.switch_flight(flight_id=flight.id, on=checked(SwitchSerializer, request.data)["on"])
        return Response(FlightSerializer(owned.flight_of(self.own(), flight_id)).data)


class Creatives(AdvertiserView):
    @refuses(CampaignUnknown, CampaignRefused)
    @extend_schema(
        request=CreativeTermsSerializer,
        responses={201: CreativeSerializer},
        operation_id="ads_creative_add",
        summary="Add a way in which a campaign shows itself",
        description="Also to one that runs; nobody sees it before staff have approved it.",
        examples=examples.CREATIVE,
    )
    @idempotent
    def post(self, request: Request, campaign_id: UUID) -> Response:
        campaign = owned.campaign_of(self.own(), campaign_id)
        creative = Creative(campaign=campaign, **checked(CreativeTermsSerializer, request.data))
        said(services.add_creative, creative)
        return Response(CreativeSerializer(creative).data, status=status.HTTP_201_CREATED)


class RetireCreative(AdvertiserView):
    @refuses(CreativeUnknown, StateConflict)
    @extend_schema(
        request=None,
        responses=CreativeSerializer,
        operation_id="ads_creative_retire",
        summary="Show a creative no more",
    )
    def post(self, request: Request, creative_id: UUID) -> Response:
        creative = owned.creative_of(self.own(), creative_id)
        services.retire_creative(creative_id=creative.id)
        return Response(CreativeSerializer(owned.creative_of(self.own(), creative_id)).data)
