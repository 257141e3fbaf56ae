"""A customer's points: the wallet, the statement, what expires when, and sending them to another."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from modules.rewards import selectors, services
from modules.rewards.interface import SEND_ERRORS, SendingRefused
from modules.rewards.rest.serializers import (
    CodeSerializer,
    LotsSerializer,
    RegionQuerySerializer,
    SendingPreviewSerializer,
    SendingSerializer,
    SendingsQuerySerializer,
    SendingsSerializer,
    SendSerializer,
    StatementQuerySerializer,
    StatementSerializer,
    WalletSerializer,
)
from tiffin import regions
from tiffin.regions import UnknownRegion
from tiffin.web.customers import CustomerView
from tiffin.web.idempotency import idempotent
from tiffin.web.openapi import refuses

_SENDING = [
    OpenApiExample(
        "A hundred points",
        value={"to": "K7Q-4TX-M93", "points": 100, "region": "gb"},
        request_only=True,
    )
]
_SENDINGS = [
    OpenApiExample(
        "Sent and held for review, and received",
        value={
            "next": None,
            "results": [
                {
                    "id": "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e10",
                    "received": False,
                    "other": "K7Q-4TX-M93",
                    "points": 400,
                    "at": "2026-11-26T12:00:00Z",
                    "state": "held",
                },
                {
                    "id": "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e0f",
                    "received": True,
                    "other": "K7Q-4TX-M93",
                    "points": 100,
                    "at": "2026-11-25T12:00:00Z",
                    "state": "sent",
                },
            ],
        },
        response_only=True,
    )
]
_REGION = [OpenApiExample("In Great Britain", value={"region": "gb"}, request_only=True)]


class Wallet(CustomerView):
    @refuses(UnknownRegion)
    @extend_schema(
        parameters=[RegionQuerySerializer],
        responses=WalletSerializer,
        operation_id="rewards_wallet",
        summary="My points",
        description="What there is, and what it pays in a region.",
    )
    def get(self, request: Request) -> Response:
        asked = RegionQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        region = regions.get(asked.validated_data["region"]).code
        found = selectors.account(customer_id=self.customer_id(), region=region)
        return Response(WalletSerializer(found).data)


class Statement(CustomerView):
    @extend_schema(
        parameters=[StatementQuerySerializer],
        responses=StatementSerializer,
        operation_id="rewards_statement",
        summary="Why my points came and went",
        description="The latest first, with what was available after each.",
    )
    def get(self, request: Request) -> Response:
        asked = StatementQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        page = selectors.statement(
            customer_id=self.customer_id(),
            after=asked.validated_data.get("after"),
            size=asked.validated_data["page_size"],
        )
        return Response(StatementSerializer(page).data)


class Lots(CustomerView):
    @extend_schema(
        responses=LotsSerializer,
        operation_id="rewards_lots",
        summary="What of my points expires when",
        description="What expires first is first, and is taken first; at most 200.",
    )
    def get(self, request: Request) -> Response:
        found = selectors.lots(customer_id=self.customer_id())
        return Response(LotsSerializer({"results": found}).data)


class Code(CustomerView):
    @refuses(UnknownRegion, SendingRefused)
    @extend_schema(
        request=RegionQuerySerializer,
        responses=CodeSerializer,
        operation_id="rewards_code",
        summary="Have a code by which others send me points",
        description="Made when it is wanted first; it stays the same.",
        examples=_REGION,
    )
    def put(self, request: Request) -> Response:
        asked = RegionQuerySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        code = services.code_of(customer_id=self.customer_id(), region=asked.validated_data["region"])
        return Response(CodeSerializer({"code": code}).data)


class Preview(CustomerView):
    @refuses(*SEND_ERRORS)
    @extend_schema(
        request=SendSerializer,
        responses=SendingPreviewSerializer,
        operation_id="rewards_sending_preview",
        summary="What sending points would mean",
        description="Nothing is sent yet. What is sent cannot be taken back.",
        examples=_SENDING,
    )
    def post(self, request: Request) -> Response:
        wanted = SendSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        preview = services.preview_sending(customer_id=self.customer_id(), **wanted.validated_data)
        return Response(SendingPreviewSerializer(preview).data)


class Sendings(CustomerView):
    @extend_schema(
        parameters=[SendingsQuerySerializer],
        responses=SendingsSerializer,
        operation_id="rewards_sendings",
        summary="What I sent others and was sent by them",
        description="The newest first, with the other's rewards code. What you sent may be held for review, "
        "and what was returned is yours again.",
        examples=_SENDINGS,
    )
    def get(self, request: Request) -> Response:
        asked = SendingsQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        page = selectors.sendings(self.customer_id(), after=wanted.get("cursor"), size=wanted["page_size"])
        here = request.build_absolute_uri()
        following = replace_query_param(here, "cursor", page.next) if page.next else None
        return Response(SendingsSerializer({"next": following, "results": page.lines}).data)

    @refuses(*SEND_ERRORS)
    @extend_schema(
        request=SendSerializer,
        responses={status.HTTP_201_CREATED: SendingSerializer},
        operation_id="rewards_sending_send",
        summary="Send points to another customer",
        description="Those that expire first go, and expire when they would have. It cannot be undone. Where "
        "it has to be looked into first they are held.",
        examples=_SENDING,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        wanted = SendSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        sent = services.send(customer_id=self.customer_id(), **wanted.validated_data)
        return Response(SendingSerializer(selectors.sending_view(sent)).data, status=status.HTTP_201_CREATED)
