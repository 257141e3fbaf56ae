"""What a courier does. Each call may be repeated: saying again what is so already changes nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.delivery import positions, selectors, services
from modules.delivery.errors import RegionNotYours
from modules.delivery.interface import (
    HANDOVER_ERRORS,
    CourierBusy,
    CourierUnknown,
    DeliveryStateConflict,
    DeliveryUnknown,
    OfferGone,
    Point,
    ReferenceWrong,
)
from modules.delivery.models import DeliveryTask
from modules.delivery.rest.addresses import with_addresses
from modules.delivery.rest.serializers import (
    CourierSerializer,
    DeliveryListSerializer,
    DeliverySerializer,
    DropOffSerializer,
    HandoverSerializer,
    OfferListSerializer,
    PickUpSerializer,
    PositionSerializer,
    ShiftSerializer,
)
from tiffin.context import Actor
from tiffin.web.auth import IsCourier, IsCustomer, actor_of
from tiffin.web.openapi import refuses

IN_SOHO = {"lat": 51.5137, "lon": -0.1312}


class CourierApiView(APIView):
    """Base of the views below: they are about the courier who asks."""

    permission_classes = [IsCourier]

    def courier_id(self) -> UUID:
        courier_id = actor_of(self.request).id
        if courier_id is None:
            raise NotAuthenticated()
        return courier_id

    def region(self, wanted: str | None) -> str:
        """Where this courier works. Raises RegionNotYours for what the token does not allow."""
        actor = actor_of(self.request)
        if wanted is None and len(actor.regions) == 1 and not actor.works_everywhere:
            return actor.regions[0]
        if wanted is None or not actor.works_in(wanted):
            raise RegionNotYours(allowed=_named(actor))
        return wanted

    def delivery(self, task: DeliveryTask) -> Response:
        (sent,) = with_addresses([selectors.courier_delivery(task)])
        return Response(msgspec.to_builtins(sent))


def _named(actor: Actor) -> str:
    if actor.works_everywhere:
        return "any"
    return ", ".join(actor.regions) or "none yet, ask to be granted one"


class Shift(CourierApiView):
    @refuses(CourierUnknown)
    @extend_schema(responses=CourierSerializer, operation_id="courier_shift_read", summary="Am I on shift?")
    def get(self, request: Request) -> Response:
        courier = selectors.courier(self.courier_id())
        if courier is None:
            raise CourierUnknown()
        return Response(CourierSerializer(courier).data)

    @refuses(RegionNotYours)
    @extend_schema(
        request=ShiftSerializer,
        responses=CourierSerializer,
        operation_id="courier_shift_start",
        summary="Start my shift",
        examples=[OpenApiExample("In Soho", value={"region": "gb", "position": IN_SOHO}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        wanted = ShiftSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        region = self.region(wanted.validated_data.get("region"))
        courier = services.start_shift(courier_id=self.courier_id(), region=region)
        place = wanted.validated_data.get("position")
        if place:
            positions.report(courier.id, region=region, point=Point(**place))
        return Response(msgspec.to_builtins(selectors.courier_view(courier)))

    @refuses(CourierUnknown)
    @extend_schema(
        request=None,
        responses={200: CourierSerializer},
        operation_id="courier_shift_end",
        summary="End my shift",
    )
    def delete(self, request: Request) -> Response:
        courier = services.end_shift(courier_id=self.courier_id())
        return Response(msgspec.to_builtins(selectors.courier_view(courier)))


class Whereabouts(CourierApiView):
    @refuses(RegionNotYours)
    @extend_schema(
        request=PositionSerializer,
        responses={204: None},
        operation_id="courier_position",
        summary="Where I am",
        description="Every few seconds while on shift. It is forgotten two minutes later.",
        examples=[OpenApiExample("In Soho", value={"region": "gb", **IN_SOHO}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        told = PositionSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        data: dict[str, Any] = told.validated_data
        positions.report(
            self.courier_id(),
            region=self.region(data.get("region")),
            point=Point(lat=data["lat"], lon=data["lon"]),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class Offers(CourierApiView):
    @extend_schema(
        responses=OfferListSerializer,
        operation_id="courier_offers_list",
        summary="What I am offered",
        description="At most one at a time, while on shift and free.",
    )
    def get(self, request: Request) -> Response:
        return Response({"offers": msgspec.to_builtins(selectors.open_offers(self.courier_id()))})


class AcceptOffer(CourierApiView):
    @refuses(OfferGone, CourierUnknown, CourierBusy)
    @extend_schema(
        request=None,
        responses=DeliverySerializer,
        operation_id="courier_offer_accept",
        summary="Take it",
        description="409 `offer_gone` when it expired or went to somebody else.",
    )
    def post(self, request: Request, offer_id: UUID) -> Response:
        return self.delivery(services.accept_offer(courier_id=self.courier_id(), offer_id=offer_id))


class PassOffer(CourierApiView):
    @refuses(OfferGone)
    @extend_schema(
        request=None, responses={204: None}, operation_id="courier_offer_pass", summary="Leave it to others"
    )
    def post(self, request: Request, offer_id: UUID) -> Response:
        services.pass_offer(courier_id=self.courier_id(), offer_id=offer_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Deliveries(CourierApiView):
    @extend_schema(
        responses=DeliveryListSerializer,
        operation_id="courier_deliveries_list",
        summary="What I am carrying",
        description="With the customer's address, which nobody else sees.",
    )
    def get(self, request: Request) -> Response:
        sent = with_addresses(selectors.under_way(self.courier_id()))
        return Response({"deliveries": msgspec.to_builtins(sent)})


class GiveBack(CourierApiView):
    @refuses(DeliveryUnknown, DeliveryStateConflict)
    @extend_schema(
        request=None,
        responses={204: None},
        operation_id="courier_give_back",
        summary="I cannot come after all",
        description="Before it is picked up; somebody else is asked.",
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        services.give_back(courier_id=self.courier_id(), order_id=order_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PickUp(CourierApiView):
    @refuses(DeliveryUnknown, DeliveryStateConflict, ReferenceWrong)
    @extend_schema(
        request=PickUpSerializer,
        responses=DeliverySerializer,
        operation_id="courier_pick_up",
        summary="I have it",
        description="With the `reference` on the bag it is refused when that is another order's.",
        examples=[OpenApiExample("The right bag", value={"reference": "7K2QX"}, request_only=True)],
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        said = PickUpSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        reference = said.validated_data.get("reference", "")
        task = services.pick_up(courier_id=self.courier_id(), order_id=order_id, reference=reference)
        return self.delivery(task)


class DropOff(CourierApiView):
    @refuses(DeliveryUnknown, DeliveryStateConflict, *HANDOVER_ERRORS)
    @extend_schema(
        request=DropOffSerializer,
        responses=DeliverySerializer,
        operation_id="courier_drop_off",
        summary="The customer has it",
        description="Where `asks_code` is true, with the code the customer says; wrong ones are counted.",
        examples=[
            OpenApiExample(
                "With the code", value={"proof": [{"kind": "code", "code": "4821"}]}, request_only=True
            ),
            OpenApiExample(
                "With an identity card seen", value={"proof": [{"kind": "age_checked"}]}, request_only=True
            ),
            OpenApiExample(
                "At the door",
                value={"proof": [{"kind": "left_at_door", "reason": "customer_asked"}]},
                request_only=True,
            ),
        ],
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        said = DropOffSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        done = services.drop_off(courier_id=self.courier_id(), order_id=order_id, proof=said.proofs())
        refused = done.refusal.error(attempts_left=done.task.attempts_left)
        if refused is not None:
            raise refused
        return self.delivery(done.task)


class RefuseAtDoor(CourierApiView):
    @refuses(DeliveryUnknown, DeliveryStateConflict)
    @extend_schema(
        request=None,
        responses={204: None},
        operation_id="courier_refuse_at_door",
        summary="Nobody at the door is old enough",
        description="For what has a `minimum_age`. It goes back to where it was fetched.",
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        services.refuse_at_door(courier_id=self.courier_id(), order_id=order_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MyHandover(APIView):
    permission_classes = [IsCustomer]

    @refuses(DeliveryUnknown)
    @extend_schema(
        responses=HandoverSerializer,
        operation_id="handover_read",
        summary="What I say at the door",
        description="While my order is under way. The code is shown to nobody else.",
        examples=[
            OpenApiExample(
                "A code is asked",
                value={
                    "order_id": "0197b3c0-5d2e-7a10-8000-2f1f4c7d9e01",
                    "code": "4821",
                    "locked": False,
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        me = actor_of(request).id
        found = selectors.handovers_of(me, [order_id]) if me else []
        if not found:
            raise DeliveryUnknown(order_id=order_id)
        answer = Response(msgspec.to_builtins(found[0]))
        answer["Cache-Control"] = "no-store"
        return answer
