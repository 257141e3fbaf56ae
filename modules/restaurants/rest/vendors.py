"""How vendors' developers manage their connections, read what was sent, and fetch the feed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from modules.restaurants import selectors, services
from modules.restaurants.interface import (
    AlreadyConnected,
    ConnectionDisabled,
    ConnectionRefused,
    ConnectionUnknown,
    DeliveryUnknown,
    NotYourRestaurant,
    PageUnknown,
    RestaurantUnknown,
)
from modules.restaurants.models.vendors import ChannelName, EventState
from modules.restaurants.rest.counter import RestaurantView, checked
from modules.restaurants.rest.pages import next_url
from modules.restaurants.rest.vendor_shapes import (
    AcknowledgeSerializer,
    ConnectionSerializer,
    DeliveryFilterSerializer,
    FeedFilterSerializer,
    FeedSerializer,
    NewConnectionSerializer,
    NewSecretSerializer,
    VendorDeliveryPageSerializer,
    VendorDeliverySerializer,
    WantedConnectionSerializer,
    connection_shown,
    delivery_shown,
    feed_shown,
)
from modules.restaurants.services.connections import WantedConnection
from tiffin.web.etags import conditional
from tiffin.web.openapi import refuses

_PUSHED = {"name": "Till", "channel": "webhook", "url": "https://till.example/tiffin"}


class Connections(RestaurantView):
    @extend_schema(
        responses=ConnectionSerializer(many=True),
        operation_id="restaurant_connections",
        summary="The ways to my own system",
    )
    def get(self, request: Request) -> Response:
        return Response([connection_shown(each) for each in selectors.connections_of(self.own())])

    @refuses(NotYourRestaurant, RestaurantUnknown, ConnectionRefused, AlreadyConnected)
    @extend_schema(
        request=WantedConnectionSerializer,
        responses={201: NewConnectionSerializer},
        operation_id="restaurant_connect",
        summary="Connect my own system; its secret is shown this once",
        examples=[OpenApiExample("By webhook", value=_PUSHED, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        connection, secret = services.connect(wanted=_wanted(self, request))
        shown = {**connection_shown(connection), "secret": secret}
        return Response(shown, status=status.HTTP_201_CREATED)


class Connection(RestaurantView):
    @refuses(ConnectionUnknown)
    @extend_schema(
        responses=ConnectionSerializer, operation_id="restaurant_connection", summary="How one of them does"
    )
    def get(self, request: Request, connection_id: UUID) -> Response:
        return Response(connection_shown(selectors.own_connection(connection_id)))

    @refuses(ConnectionUnknown, NotYourRestaurant, RestaurantUnknown, ConnectionRefused, AlreadyConnected)
    @extend_schema(
        request=WantedConnectionSerializer,
        responses=ConnectionSerializer,
        operation_id="restaurant_connection_change",
        summary="Change it, switch it off, or on again",
        examples=[OpenApiExample("Off", value={**_PUSHED, "enabled": False}, request_only=True)],
    )
    def put(self, request: Request, connection_id: UUID) -> Response:
        changed = services.change_connection(connection_id=connection_id, wanted=_wanted(self, request))
        return Response(connection_shown(changed))

    @refuses(ConnectionUnknown)
    @extend_schema(
        request=None,
        responses={204: None},
        operation_id="restaurant_disconnect",
        summary="Have no connection any more",
    )
    def delete(self, request: Request, connection_id: UUID) -> Response:
        services.disconnect(connection_id=connection_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Secret(RestaurantView):
    @refuses(ConnectionUnknown)
    @extend_schema(
        request=None,
        responses={201: NewSecretSerializer},
        operation_id="restaurant_connection_secret",
        summary="A new secret, shown this once; the former one is good for 24 hours more",
    )
    def post(self, request: Request, connection_id: UUID) -> Response:
        secret = services.rotate_secret(connection_id=connection_id)
        return Response({"secret": secret}, status=status.HTTP_201_CREATED)


class Trial(RestaurantView):
    @refuses(ConnectionUnknown, ConnectionDisabled)
    @extend_schema(
        request=None,
        responses={202: VendorDeliverySerializer},
        operation_id="restaurant_connection_test",
        summary="Send me an event to try it",
    )
    def post(self, request: Request, connection_id: UUID) -> Response:
        event = services.send_test(connection_id=connection_id)
        return Response(delivery_shown(event), status=status.HTTP_202_ACCEPTED)


class Deliveries(RestaurantView):
    @refuses(ConnectionUnknown, PageUnknown)
    @extend_schema(
        parameters=[DeliveryFilterSerializer],
        responses=VendorDeliveryPageSerializer,
        operation_id="restaurant_deliveries",
        summary="What was sent to my system and what it answered, newest first",
    )
    def get(self, request: Request, connection_id: UUID) -> Response:
        filters = DeliveryFilterSerializer(data=request.query_params)
        filters.is_valid(raise_exception=True)
        wanted = filters.validated_data
        events, cursor = selectors.deliveries(
            connection_id,
            state=EventState(wanted["state"]) if "state" in wanted else None,
            cursor=wanted.get("cursor"),
            limit=wanted["page_size"],
        )
        return Response(
            {"next": next_url(request, cursor), "results": [delivery_shown(event) for event in events]}
        )


class Replay(RestaurantView):
    @refuses(ConnectionUnknown, DeliveryUnknown, ConnectionDisabled)
    @extend_schema(
        request=None,
        responses={202: VendorDeliverySerializer},
        operation_id="restaurant_delivery_replay",
        summary="Send it again, or put it at the end of the feed",
    )
    def post(self, request: Request, connection_id: UUID, event_id: UUID) -> Response:
        event = services.replay(connection_id=connection_id, event_id=event_id)
        return Response(delivery_shown(event), status=status.HTTP_202_ACCEPTED)


def _place(request: Request) -> dict[str, Any]:
    filters = FeedFilterSerializer(data=request.query_params)
    filters.is_valid(raise_exception=True)
    wanted: dict[str, Any] = filters.validated_data
    return wanted


def _state(request: Request, connection_id: UUID) -> object:
    wanted = _place(request)
    after, size = wanted.get("after"), wanted["page_size"]
    return (*services.feed_state(connection_id=connection_id, after=after), size)


class Feed(RestaurantView):
    @refuses(ConnectionUnknown)
    @extend_schema(
        parameters=[FeedFilterSerializer],
        responses=FeedSerializer,
        operation_id="restaurant_feed",
        summary="What happened, for systems that come and fetch it; 304 while there is nothing new",
    )
    @conditional(_state)
    def get(self, request: Request, connection_id: UUID) -> Response:
        wanted = _place(request)
        page = services.read_feed(
            connection_id=connection_id, after=wanted.get("after"), limit=wanted["page_size"]
        )
        return Response(feed_shown(page))


class Acknowledge(RestaurantView):
    @refuses(ConnectionUnknown)
    @extend_schema(
        request=AcknowledgeSerializer,
        responses=ConnectionSerializer,
        operation_id="restaurant_feed_acknowledge",
        summary="I have stored everything up to there",
        examples=[OpenApiExample("Up to the seventh", value={"through": 7}, request_only=True)],
    )
    def post(self, request: Request, connection_id: UUID) -> Response:
        through = checked(AcknowledgeSerializer, request)["through"]
        return Response(connection_shown(services.acknowledge(connection_id=connection_id, through=through)))


def _wanted(view: RestaurantView, request: Request) -> WantedConnection:
    said = checked(WantedConnectionSerializer, request)
    return WantedConnection(
        name=said["name"],
        channel=ChannelName(said["channel"]),
        url=said["url"],
        restaurant_ids=tuple(said.get("restaurant_ids", view.own())),
        events=tuple(said["events"]),
        enabled=said["enabled"],
    )
