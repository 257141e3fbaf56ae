"""Giving to charities, as its customer sees and does it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from modules.rewards import selectors, services
from modules.rewards.interface import (
    GIVE_ERRORS,
    CharityUnknown,
    DonationInvalid,
    DonationUnknown,
    GivingNotOffered,
    StandingOrderUnknown,
    StandingState,
    TooManyStandingOrders,
)
from modules.rewards.rest.giving_serializers import (
    CausesSerializer,
    ChangeStandingOrderSerializer,
    DonateSerializer,
    DonationPreviewSerializer,
    DonationSerializer,
    DonationsQuerySerializer,
    DonationsSerializer,
    GiveMonthlySerializer,
    ReceiptSerializer,
    RegionQuerySerializer,
    StandingOrderSerializer,
    StandingOrdersSerializer,
    YearQuerySerializer,
    YearSerializer,
)
from tiffin.regions import UnknownRegion
from tiffin.states import StateConflict
from tiffin.web.customers import CustomerView
from tiffin.web.idempotency import idempotent
from tiffin.web.openapi import refuses

CHARITY = "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e10"
_GIVING = [OpenApiExample("250 points", value={"charity_id": CHARITY, "points": 250}, request_only=True)]


def _valid(serializer: Any) -> Any:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


class Causes(APIView):
    permission_classes = (AllowAny,)

    @refuses(UnknownRegion)
    @extend_schema(
        parameters=[RegionQuerySerializer],
        responses=CausesSerializer,
        operation_id="causes",
        summary="The charities that one may give to",
    )
    def get(self, request: Request) -> Response:
        wanted = _valid(RegionQuerySerializer(data=request.query_params))
        return Response({"causes": msgspec.to_builtins(selectors.causes(wanted["region"]))})


class Donations(CustomerView):
    @extend_schema(
        parameters=[DonationsQuerySerializer],
        responses=DonationsSerializer,
        operation_id="donations_list",
        summary="What I gave, the newest first",
    )
    def get(self, request: Request) -> Response:
        wanted = _valid(DonationsQuerySerializer(data=request.query_params))
        page = selectors.donations(self.customer_id(), after=wanted.get("cursor"), size=wanted["page_size"])
        here = request.build_absolute_uri()
        following = replace_query_param(here, "cursor", page.next) if page.next else None
        return Response({"next": following, "results": msgspec.to_builtins(page.donations)})

    @refuses(*GIVE_ERRORS)
    @extend_schema(
        request=DonateSerializer,
        responses={status.HTTP_201_CREATED: DonationSerializer},
        operation_id="donations_give",
        summary="Give points to a charity",
        description="For what they are worth in the charity's region. What is given is given: there is no "
        "way back.",
        examples=_GIVING,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        wanted = _valid(DonateSerializer(data=request.data))
        given = services.donate(customer_id=self.customer_id(), **wanted)
        view = msgspec.to_builtins(selectors.donation_view(given))
        return Response(view, status=status.HTTP_201_CREATED)


class Preview(CustomerView):
    @refuses(*GIVE_ERRORS)
    @extend_schema(
        request=DonateSerializer,
        responses=DonationPreviewSerializer,
        operation_id="donation_preview",
        summary="What giving points would mean",
        description="Nothing is given yet. What is given cannot be taken back.",
        examples=_GIVING,
    )
    def post(self, request: Request) -> Response:
        wanted = _valid(DonateSerializer(data=request.data))
        preview = services.preview_donation(customer_id=self.customer_id(), **wanted)
        return Response(msgspec.to_builtins(preview))


class OneReceipt(CustomerView):
    @refuses(DonationUnknown)
    @extend_schema(
        responses=ReceiptSerializer,
        operation_id="donation_receipt",
        summary="The receipt of a donation",
        description="It is written soon after the donation, where the region writes any.",
    )
    def get(self, request: Request, donation_id: UUID) -> Response:
        return Response(msgspec.to_builtins(selectors.donation_receipt(self.customer_id(), donation_id)))


class Year(CustomerView):
    @refuses(UnknownRegion)
    @extend_schema(
        parameters=[YearQuerySerializer],
        responses=YearSerializer,
        operation_id="year_of_giving",
        summary="What I gave in a year",
    )
    def get(self, request: Request) -> Response:
        wanted = _valid(YearQuerySerializer(data=request.query_params))
        return Response(msgspec.to_builtins(selectors.year_of_giving(self.customer_id(), **wanted)))


class StandingOrders(CustomerView):
    @extend_schema(
        responses=StandingOrdersSerializer,
        operation_id="standing_orders_list",
        summary="What I give each month",
    )
    def get(self, request: Request) -> Response:
        orders = selectors.standing_orders(self.customer_id())
        return Response({"results": msgspec.to_builtins(orders)})

    @refuses(CharityUnknown, DonationInvalid, GivingNotOffered, TooManyStandingOrders)
    @extend_schema(
        request=GiveMonthlySerializer,
        responses={status.HTTP_201_CREATED: StandingOrderSerializer},
        operation_id="standing_orders_add",
        summary="Give points each month",
        description="For the first time on the next such day. A month without enough points is skipped.",
        examples=[
            OpenApiExample(
                "On the first of each month",
                value={"charity_id": CHARITY, "points": 100, "day": 1},
                request_only=True,
            )
        ],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        wanted = _valid(GiveMonthlySerializer(data=request.data))
        order = services.give_monthly(customer_id=self.customer_id(), **wanted)
        view = msgspec.to_builtins(selectors.standing_order_view(order))
        return Response(view, status=status.HTTP_201_CREATED)


class OneStandingOrder(CustomerView):
    @refuses(StandingOrderUnknown, CharityUnknown, DonationInvalid, GivingNotOffered, StateConflict)
    @extend_schema(
        request=ChangeStandingOrderSerializer,
        responses=StandingOrderSerializer,
        operation_id="standing_orders_change",
        summary="Give otherwise, pause, go on, or stop for ever",
        examples=[OpenApiExample("Pause", value={"state": "paused"}, request_only=True)],
    )
    def patch(self, request: Request, standing_order_id: UUID) -> Response:
        wanted = _valid(ChangeStandingOrderSerializer(data=request.data))
        state = StandingState(wanted["state"]) if "state" in wanted else None
        order = services.change_standing_order(
            customer_id=self.customer_id(),
            standing_order_id=standing_order_id,
            points=wanted.get("points"),
            state=state,
        )
        return Response(msgspec.to_builtins(selectors.standing_order_view(order)))
