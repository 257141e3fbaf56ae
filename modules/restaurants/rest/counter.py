"""What a restaurant's people see and do: their tickets, what is sold out, pauses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.restaurants import selectors, services
from modules.restaurants.interface import (
    DelayReason,
    DelayRefused,
    ItemUnknown,
    NotYourRestaurant,
    PageUnknown,
    ProfileRefused,
    RejectReason,
    RestaurantUnknown,
    TicketConflict,
    TicketState,
    TicketUnknown,
    Working,
)
from modules.restaurants.models import Ticket
from modules.restaurants.rest.pages import next_url
from modules.restaurants.rest.serializers import (
    AcceptSerializer,
    AvailabilitySerializer,
    BusySerializer,
    CapacitySerializer,
    DelaySerializer,
    HandOverSerializer,
    PauseSerializer,
    RejectSerializer,
    RestaurantDetailSerializer,
    TicketFilterSerializer,
    TicketPageSerializer,
    TicketSerializer,
    WhichRestaurantFilterSerializer,
    WhichRestaurantSerializer,
    WorkingSerializer,
)
from tiffin import clock
from tiffin.web.auth import IsRestaurant, actor_of
from tiffin.web.openapi import refuses


class RestaurantView(APIView):
    """Base of the views below: they are about the restaurants in the actor's token, and no others."""

    permission_classes = [IsRestaurant]

    def own(self) -> tuple[UUID, ...]:
        return actor_of(self.request).restaurants

    def which(self, wanted: dict[str, Any]) -> UUID:
        """The restaurant that the request is about; whoever has one need not name it."""
        own = self.own()
        if "restaurant_id" in wanted:
            return UUID(str(wanted["restaurant_id"]))
        if len(own) != 1:
            raise serializers.ValidationError({"restaurant_id": "Say for which of your restaurants."})
        return own[0]


class Mine(RestaurantView):
    @extend_schema(
        responses=RestaurantDetailSerializer(many=True),
        operation_id="restaurant_mine",
        summary="The restaurants that I act for",
    )
    def get(self, request: Request) -> Response:
        return Response([msgspec.to_builtins(view) for view in selectors.get_many(self.own())])


class Tickets(RestaurantView):
    @refuses(NotYourRestaurant, PageUnknown)
    @extend_schema(
        parameters=[TicketFilterSerializer],
        responses=TicketPageSerializer,
        operation_id="restaurant_tickets",
        summary="Orders on my counters, newest first",
    )
    def get(self, request: Request) -> Response:
        filters = TicketFilterSerializer(data=request.query_params)
        filters.is_valid(raise_exception=True)
        wanted = filters.validated_data
        page = selectors.tickets(
            [wanted["restaurant_id"]] if "restaurant_id" in wanted else self.own(),
            states=[TicketState(state) for state in wanted.get("state", ())],
            cursor=wanted.get("cursor"),
            limit=wanted["page_size"],
        )
        return Response(
            {
                "next": next_url(request, page.next_cursor),
                "results": [msgspec.to_builtins(ticket) for ticket in page.tickets],
            }
        )


class OneTicket(RestaurantView):
    @refuses(TicketUnknown)
    @extend_schema(responses=TicketSerializer, operation_id="restaurant_ticket", summary="One order")
    def get(self, request: Request, order_id: UUID) -> Response:
        found = selectors.get_tickets([order_id])
        if not found or found[0].restaurant_id not in self.own():
            raise TicketUnknown(order=str(order_id))
        return Response(msgspec.to_builtins(found[0]))


class Accept(RestaurantView):
    @refuses(TicketUnknown, TicketConflict, NotYourRestaurant)
    @extend_schema(
        request=AcceptSerializer,
        responses=TicketSerializer,
        operation_id="restaurant_ticket_accept",
        summary="Cook it",
        examples=[OpenApiExample("In 20 minutes", value={"ready_in_minutes": 20}, request_only=True)],
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        wanted = checked(AcceptSerializer, request)
        return _shown(services.accept(order_id=order_id, ready_in_minutes=wanted["ready_in_minutes"]))


class Reject(RestaurantView):
    @refuses(TicketUnknown, TicketConflict, NotYourRestaurant)
    @extend_schema(
        request=RejectSerializer,
        responses=TicketSerializer,
        operation_id="restaurant_ticket_reject",
        summary="Not cook it",
        examples=[OpenApiExample("Too busy", value={"reason": "too_busy"}, request_only=True)],
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        reason = RejectReason(checked(RejectSerializer, request)["reason"])
        return _shown(services.reject(order_id=order_id, reason=reason))


class Preparing(RestaurantView):
    @refuses(TicketUnknown, TicketConflict, NotYourRestaurant)
    @extend_schema(
        request=None,
        responses=TicketSerializer,
        operation_id="restaurant_ticket_preparing",
        summary="It is being cooked",
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        return _shown(services.start_preparing(order_id=order_id))


class Ready(RestaurantView):
    @refuses(TicketUnknown, TicketConflict, NotYourRestaurant)
    @extend_schema(
        request=None,
        responses=TicketSerializer,
        operation_id="restaurant_ticket_ready",
        summary="It stands on the counter",
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        return _shown(services.mark_ready(order_id=order_id))


class Delay(RestaurantView):
    @refuses(TicketUnknown, TicketConflict, NotYourRestaurant, DelayRefused)
    @extend_schema(
        request=DelaySerializer,
        responses=TicketSerializer,
        operation_id="restaurant_ticket_delay",
        summary="It is ready later than I promised; the customer is told that it is me",
        examples=[
            OpenApiExample(
                "At eight", value={"ready_at": "2030-01-01T20:00:00Z", "reason": "busy"}, request_only=True
            )
        ],
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        wanted = checked(DelaySerializer, request)
        reason = DelayReason(wanted["reason"])
        return _shown(services.postpone(order_id=order_id, ready_at=wanted["ready_at"], reason=reason))


class Cancel(RestaurantView):
    @refuses(TicketUnknown, TicketConflict, NotYourRestaurant)
    @extend_schema(
        request=RejectSerializer,
        responses=TicketSerializer,
        operation_id="restaurant_ticket_cancel",
        summary="I cannot finish what I have accepted; the customer gets the money back",
        examples=[OpenApiExample("Sold out", value={"reason": "item_unavailable"}, request_only=True)],
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        reason = RejectReason(checked(RejectSerializer, request)["reason"])
        return _shown(services.cancel(order_id=order_id, reason=reason))


class HandOver(RestaurantView):
    @refuses(TicketUnknown, TicketConflict, NotYourRestaurant)
    @extend_schema(
        request=HandOverSerializer,
        responses=TicketSerializer,
        operation_id="restaurant_ticket_hand_over",
        summary="The customer has fetched it",
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        said = HandOverSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        return _shown(services.hand_over(order_id=order_id, **said.validated_data))


class Availability(RestaurantView):
    @refuses(RestaurantUnknown, ItemUnknown, NotYourRestaurant)
    @extend_schema(
        request=AvailabilitySerializer,
        responses={204: None},
        operation_id="restaurant_item_availability",
        summary="A dish or an option is sold out, until then or until I say so, or to be had again",
        examples=[
            OpenApiExample("Sold out", value={"available": False}, request_only=True),
            OpenApiExample(
                "Sold out until eight",
                value={"available": False, "until": "2030-01-01T20:00:00Z"},
                request_only=True,
            ),
        ],
    )
    def put(self, request: Request, item_id: UUID) -> Response:
        wanted = checked(AvailabilitySerializer, request)
        services.set_availability(
            restaurant_id=self.which(wanted),
            item_id=item_id,
            available=wanted["available"],
            until=wanted["until"],
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class Pause(RestaurantView):
    @refuses(RestaurantUnknown, NotYourRestaurant)
    @extend_schema(
        request=PauseSerializer,
        responses=RestaurantDetailSerializer,
        operation_id="restaurant_pause",
        summary="Take no orders for a while",
        examples=[OpenApiExample("Half an hour", value={"minutes": 30}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        wanted = checked(PauseSerializer, request)
        until = clock.now() + timedelta(minutes=wanted["minutes"])
        restaurant = services.pause(restaurant_id=self.which(wanted), until=until)
        return Response(msgspec.to_builtins(selectors.one(restaurant.id)))


class Capacity(RestaurantView):
    @refuses(RestaurantUnknown, NotYourRestaurant)
    @extend_schema(
        request=CapacitySerializer,
        responses=RestaurantDetailSerializer,
        operation_id="restaurant_capacity",
        summary="How many orders I take for the same time beforehand",
        examples=[OpenApiExample("Four for each quarter", value={"orders_per_slot": 4}, request_only=True)],
    )
    def put(self, request: Request) -> Response:
        wanted = checked(CapacitySerializer, request)
        restaurant = services.set_capacity(
            restaurant_id=self.which(wanted), orders_per_slot=wanted["orders_per_slot"]
        )
        return Response(msgspec.to_builtins(selectors.one(restaurant.id)))


class WorkingHabits(RestaurantView):
    @refuses(RestaurantUnknown, NotYourRestaurant)
    @extend_schema(
        parameters=[WhichRestaurantFilterSerializer],
        responses=WorkingSerializer,
        operation_id="restaurant_working",
        summary="How I want to be asked",
    )
    def get(self, request: Request) -> Response:
        wanted = WhichRestaurantFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        return _working(self.which(wanted.validated_data))

    @refuses(RestaurantUnknown, NotYourRestaurant, ProfileRefused)
    @extend_schema(
        request=WorkingSerializer,
        responses=WorkingSerializer,
        operation_id="restaurant_working_change",
        summary="Say how I want to be asked",
        examples=[
            OpenApiExample(
                "Call me", value={"accepts_unanswered": False, "phone": "+442079460000"}, request_only=True
            )
        ],
    )
    def put(self, request: Request) -> Response:
        wanted = checked(WorkingSerializer, request)
        working = Working(
            accepts_unanswered=wanted["accepts_unanswered"],
            phone=wanted["phone"],
            open_orders_limit=wanted["open_orders_limit"],
        )
        services.set_working(restaurant_id=self.which(wanted), wanted=working)
        return _working(self.which(wanted))


class Busy(RestaurantView):
    @refuses(RestaurantUnknown, NotYourRestaurant)
    @extend_schema(
        request=BusySerializer,
        responses=RestaurantDetailSerializer,
        operation_id="restaurant_busy",
        summary="Everything takes longer for a while",
        examples=[
            OpenApiExample(
                "A quarter more, for an hour", value={"minutes": 15, "for_minutes": 60}, request_only=True
            )
        ],
    )
    def put(self, request: Request) -> Response:
        wanted = checked(BusySerializer, request)
        until = clock.now() + timedelta(minutes=wanted["for_minutes"])
        restaurant = services.set_busy(
            restaurant_id=self.which(wanted), minutes=wanted["minutes"], until=until
        )
        return Response(msgspec.to_builtins(selectors.one(restaurant.id)))


class Resume(RestaurantView):
    @refuses(RestaurantUnknown, NotYourRestaurant)
    @extend_schema(
        request=WhichRestaurantSerializer,
        responses=RestaurantDetailSerializer,
        operation_id="restaurant_resume",
        summary="Take orders again",
    )
    def post(self, request: Request) -> Response:
        restaurant = services.resume(restaurant_id=self.which(checked(WhichRestaurantSerializer, request)))
        return Response(msgspec.to_builtins(selectors.one(restaurant.id)))


def _working(restaurant_id: UUID) -> Response:
    found = selectors.working([restaurant_id])
    if not found:
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    return Response(msgspec.to_builtins(found[0]))


def _shown(ticket: Ticket) -> Response:
    return Response(msgspec.to_builtins(selectors.ticket_view(ticket)))


def checked(serializer_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What the body says, once it is known to be sound."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    said: dict[str, Any] = serializer.validated_data
    return said
