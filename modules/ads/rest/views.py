"""Which ads stand on a page, that they were shown, where a click leads, and what somebody agreed to."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

import msgspec
from django.http import HttpResponse, HttpResponseRedirect
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.ads import selectors, services
from modules.ads.interface import AdConsent, OfferInvalid, TooManySlots
from modules.ads.rest.asking import asked
from modules.ads.rest.serializers import (
    ConsentSerializer,
    CountedSerializer,
    DecisionSerializer,
    DeviceConsentSerializer,
    ImpressionsSerializer,
    PageViewSerializer,
)
from modules.ads.services import Origin
from tiffin.regions import UnknownRegion
from tiffin.web.clients import address_of, country_of
from tiffin.web.customers import CustomerView
from tiffin.web.openapi import refuses

_ASKED = [
    OpenApiExample(
        "The home page of somebody in London",
        value={
            "region": "gb",
            "point": {"lat": 51.507, "lon": -0.128},
            "language": "en",
            "places": [{"placement": "home_carousel", "slots": 5}],
        },
        request_only=True,
    )
]
_ANSWERED = [
    OpenApiExample(
        "One ad, and nothing for the other slots",
        value={
            "id": "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e10",
            "places": [
                {
                    "placement": "home_carousel",
                    "ads": [
                        {
                            "slot": 0,
                            "token": "rT0…",
                            "click": "/api/v1/ads/clicks/rT0…",
                            "kind": "restaurant",
                            "advertiser": "Roma",
                            "headline": "Margherita for £9.50, in 25 minutes",
                            "text": "Wood-fired, and just around the corner.",
                            "picture": "",
                            "why": "Roma pays for this ad. You see it because it delivers to your address.",
                            "reasons": ["delivers_here"],
                            "restaurant_id": "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e0f",
                            "restaurant_slug": "roma",
                            "charged": True,
                        }
                    ],
                    "no_fill": "nothing_eligible",
                }
            ],
            "expires_at": "2026-11-28T14:00:00Z",
        },
        response_only=True,
    )
]


_write = msgspec.json.Encoder().encode


class PublicView(APIView):
    permission_classes = (AllowAny,)


class Decisions(PublicView):
    @refuses(TooManySlots, UnknownRegion)
    @extend_schema(
        request=PageViewSerializer,
        responses=DecisionSerializer,
        examples=[*_ASKED, *_ANSWERED],
        operation_id="ads_decide",
        summary="Ads for a page",
        description=(
            "Whose token the request bears is who looks. An ad counts when its token was sent to "
            "`/api/v1/ads/impressions`; a click goes to its `click`. Show with each ad that it is one, who "
            "pays for it, and `why`."
        ),
    )
    def post(self, request: Request) -> HttpResponse:
        view, places = asked(request)
        return HttpResponse(_write(services.decide(view, places)), content_type="application/json")


class Impressions(PublicView):
    @extend_schema(
        request=ImpressionsSerializer,
        responses=CountedSerializer,
        operation_id="ads_shown",
        summary="Ads of a page came before somebody's eyes",
        description="Each counts once, however often it is told.",
    )
    def post(self, request: Request) -> Response:
        sent = ImpressionsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        counted = services.record_impressions(sent.validated_data["tokens"], origin_of(request))
        return Response({"counted": counted})


class Click(PublicView):
    @refuses(OfferInvalid)
    @extend_schema(
        responses={HTTPStatus.FOUND: OpenApiResponse(description="Where the ad leads")},
        operation_id="ads_clicked",
        summary="Follow an ad",
        description="A click counts once; it leads on every time.",
    )
    def get(self, request: Request, token: str) -> HttpResponseRedirect:
        response = HttpResponseRedirect(services.record_click(token, origin_of(request)))
        response.headers["Cache-Control"] = "no-store"
        return response


class Consent(CustomerView):
    @extend_schema(
        responses=ConsentSerializer,
        operation_id="ads_consent",
        summary="Whether ads go by what I do, and come by e-mail",
    )
    def get(self, request: Request) -> Response:
        return Response(_told(selectors.consent_of(self.customer_id())))

    @extend_schema(
        request=ConsentSerializer,
        responses=ConsentSerializer,
        operation_id="ads_consent_change",
        summary="Agree that ads go by what I do, or come by e-mail, or not any more",
        description=(
            "Who wants no personal ads any more is forgotten: what was learned is deleted at once. Without "
            "`by_email` that stays as it was."
        ),
    )
    def put(self, request: Request) -> Response:
        sent = ConsentSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(_told(services.agree(self.customer_id(), **sent.validated_data)))


class DeviceConsent(PublicView):
    @extend_schema(
        request=DeviceConsentSerializer,
        responses={HTTPStatus.NO_CONTENT: None},
        operation_id="ads_device_consent",
        summary="Agree for a browser that nobody is logged in with, or not any more",
    )
    def put(self, request: Request) -> Response:
        sent = DeviceConsentSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        device_id: UUID = sent.validated_data["device_id"]
        services.agree_as_browser(device_id, personal=sent.validated_data["personal"])
        return Response(status=status.HTTP_204_NO_CONTENT)


def _told(consent: AdConsent) -> dict[str, bool]:
    return {"personal": consent.personal, "by_email": consent.by_email}


def origin_of(request: Request) -> Origin:
    return Origin(
        user_agent=request.headers.get("User-Agent", "")[:500],
        address=address_of(request),
        country=country_of(request),
    )
