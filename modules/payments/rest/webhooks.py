"""Where providers send their notifications. The body is taken as it comes: what is signed is its bytes."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.payments import services
from modules.payments.errors import NotificationNotAuthentic
from modules.payments.policies import ADYEN, STRIPE
from tiffin.web.openapi import refuses


class Stripe(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @refuses(NotificationNotAuthentic)
    @extend_schema(
        operation_id="webhook_stripe",
        summary="Stripe notifies us",
        description="For Stripe alone: an event of any type, signed with the endpoint's secret less than 300 "
        "seconds ago. Sent again, it is counted and changes nothing. Nothing it says is believed: it only "
        "makes us ask Stripe.",
        parameters=[
            OpenApiParameter(
                "Stripe-Signature", str, OpenApiParameter.HEADER, description="t=<unix>,v1=<hex>[,v1=<hex>]"
            )
        ],
        request={"application/json": OpenApiTypes.OBJECT},
        responses={204: OpenApiResponse(description="It is kept, and will be looked at.")},
        examples=[
            OpenApiExample(
                "An intent was captured",
                value={
                    "id": "evt_1",
                    "object": "event",
                    "type": "payment_intent.succeeded",
                    "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        services.receive(
            provider=STRIPE,
            body=request._request.body,
            signature=request.headers.get("Stripe-Signature", ""),
        )
        return Response(status=204)


class Adyen(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @refuses(NotificationNotAuthentic)
    @extend_schema(
        operation_id="webhook_adyen",
        summary="Adyen notifies us",
        description="For Adyen alone: a standard notification in JSON, each item signed with one of our HMAC "
        "keys, for our merchant account. Sent again, it is counted and changes nothing. If one item of "
        "several is refused, the others are kept all the same.",
        request={"application/json": OpenApiTypes.OBJECT},
        responses={
            (200, "text/plain"): OpenApiResponse(
                OpenApiTypes.STR, description="It is kept, and will be looked at: `[accepted]`."
            )
        },
        examples=[
            OpenApiExample(
                "A payment was captured",
                value={
                    "live": "false",
                    "notificationItems": [
                        {
                            "NotificationRequestItem": {
                                "additionalData": {
                                    "hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="
                                },
                                "amount": {"currency": "EUR", "value": 1130},
                                "eventCode": "CAPTURE",
                                "eventDate": "2026-11-26T12:00:00+01:00",
                                "merchantAccountCode": "TestMerchant",
                                "merchantReference": "0197…:capture",
                                "originalReference": "NC6HT9CRT65ZGN82",
                                "pspReference": "JDD6LKT8MBLZNN84",
                                "success": "true",
                            }
                        }
                    ],
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        services.receive(provider=ADYEN, body=request._request.body)
        return HttpResponse("[accepted]", content_type="text/plain")
