"""Quotes and orders under /api/v1/."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from modules.orders import selectors, services
from modules.orders.interface import (
    PLACE_ERRORS,
    QUOTE_ERRORS,
    AgeNotConfirmed,
    CancellationChanged,
    CancellationRefused,
    ClaimLine,
    ClaimLineWrong,
    ClaimReason,
    ClaimRefused,
    DonationWrong,
    Fulfilment,
    LineTextWrong,
    OrderUnknown,
    PaymentMethodMissing,
    Point,
    RatingRefused,
    RestaurantUnknown,
    Wishes,
)
from modules.orders.models import Order
from modules.orders.rest import examples
from modules.orders.rest.progress import positions_of, progress, standing_of
from modules.orders.rest.serializers import (
    AfterSerializer,
    CancellationSerializer,
    CancelRequestSerializer,
    ClaimRequestSerializer,
    ClaimSerializer,
    ClaimsSerializer,
    OrderSerializer,
    PlaceRequestSerializer,
    QuoteRequestSerializer,
    QuoteSerializer,
    RatingRequestSerializer,
    RatingSerializer,
    ReorderSerializer,
    SlotsQuerySerializer,
    SlotsSerializer,
    SummarySerializer,
    TimelineSerializer,
)
from modules.orders.rest.tracking import ETAG, IF_NONE_MATCH, ProgressSerializer
from modules.orders.selectors.orders import summaries_of
from modules.orders.selectors.tracking import course_of, tracking
from tiffin import clock
from tiffin.context import ActorKind
from tiffin.web.auth import IsCustomer, actor_of
from tiffin.web.etags import conditional
from tiffin.web.idempotency import idempotent
from tiffin.web.openapi import refuses


def customer_of(request: Request) -> UUID:
    """Whose token it is; the permission has seen that it is a customer's."""
    actor = actor_of(request)
    if actor.kind is not ActorKind.CUSTOMER or actor.id is None:
        raise OrderUnknown()
    return actor.id


def _version(request: Request, order_id: UUID) -> object:
    """How far the customer's order is: also what changes it without an event, as the clock does when it is
    expected. Raises OrderUnknown."""
    order = Order.objects.filter(pk=order_id, customer_id=customer_of(request)).first()
    if order is None:
        raise OrderUnknown()
    version = order.version, order.changed_at, order.waits_until
    expected = tracking(course_of(order), order.axes, now=clock.now())
    return str(order_id), version, expected, request.get_full_path()


class Quotes(APIView):
    permission_classes = (AllowAny,)

    @refuses(LineTextWrong, DonationWrong, *QUOTE_ERRORS)
    @extend_schema(request=QuoteRequestSerializer, responses={200: QuoteSerializer}, examples=examples.QUOTE)
    def post(self, request: Request) -> Response:
        """Price a basket. The price holds until `expires_at`, and is the price that is charged."""
        asked = QuoteRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = asked.validated_data
        actor = actor_of(request)
        point = wanted.get("point")
        quote = services.quote_basket(
            restaurant_id=wanted["restaurant_id"],
            lines=wanted["lines"],
            customer_id=actor.id if actor.kind is ActorKind.CUSTOMER else None,
            address_ticket=wanted.get("address_ticket"),
            point=Point(**point) if point else None,
            tip=wanted["tip"],
            wishes=Wishes(
                fulfilment=Fulfilment(wanted["fulfilment"]),
                wanted_at=wanted.get("wanted_at"),
                promotion_code=wanted.get("promotion_code"),
                points=wanted.get("points"),
                all_points=wanted["all_points"],
                charity_id=wanted.get("charity_id"),
                donation=wanted.get("donation"),
            ),
        )
        return Response(QuoteSerializer(quote).data)


class Slots(APIView):
    permission_classes = (AllowAny,)

    @refuses(RestaurantUnknown)
    @extend_schema(parameters=[SlotsQuerySerializer], responses={200: SlotsSerializer})
    def get(self, request: Request) -> Response:
        """The times that can be ordered for beforehand, the next one first."""
        query = SlotsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = selectors.slots(
            restaurant_id=query.validated_data["restaurant_id"],
            fulfilment=Fulfilment(query.validated_data["fulfilment"]),
        )
        return Response(SlotsSerializer({"slots": found}).data)


class Orders(generics.ListAPIView[Order]):
    permission_classes = (IsCustomer,)
    serializer_class = SummarySerializer

    def get_queryset(self) -> QuerySet[Order]:
        return summaries_of(Order.objects.filter(customer_id=actor_of(self.request).id))

    @refuses(AgeNotConfirmed, PaymentMethodMissing, *PLACE_ERRORS)
    @extend_schema(request=PlaceRequestSerializer, responses={201: OrderSerializer}, examples=examples.PLACE)
    @idempotent
    def post(self, request: Request) -> Response:
        """Place a quote. Once this answers 201, the order cannot be lost; one quote becomes one order."""
        asked = PlaceRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        order = services.place_order(customer_id=customer_of(request), **asked.validated_data)
        return Response(
            OrderSerializer(selectors.answer_of(order)).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": reverse("order", [order.id])},
        )


class OneOrder(APIView):
    permission_classes = (IsCustomer,)

    @refuses(OrderUnknown)
    @extend_schema(parameters=[IF_NONE_MATCH, ETAG], responses={200: OrderSerializer, 304: None})
    @conditional(_version)
    def get(self, request: Request, order_id: UUID) -> Response:
        """An order as it stands. With If-None-Match it costs next to nothing until something changes."""
        order = selectors.get_order(customer_id=customer_of(request), order_id=order_id)
        nameless = any(line.person and not line.for_person for line in order.lines)
        # Without the names, which cannot be opened just now, it is not what its ETag would stand for.
        headers = {"Cache-Control": "no-store"} if nameless else None
        return Response(OrderSerializer(order).data, headers=headers)


class Timeline(APIView):
    permission_classes = (IsCustomer,)

    @refuses(OrderUnknown)
    @extend_schema(
        parameters=[AfterSerializer, IF_NONE_MATCH, ETAG],
        responses={200: TimelineSerializer, 304: None},
    )
    @conditional(_version)
    def get(self, request: Request, order_id: UUID) -> Response:
        """What happened since entry `after`.

        The same, live: `GET /api/v1/orders/{id}/stream` sends server-sent events named `status`, whose ids
        are `seq`; it resumes by `Last-Event-ID` and ends when nothing more can come. Between them events
        named `progress`, without ids, say at least every 15 s what `GET /api/v1/orders/{id}/progress` says.
        """
        query = AfterSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        entries = selectors.timeline(
            customer_id=customer_of(request), order_id=order_id, after=query.validated_data["after"]
        )
        return Response(TimelineSerializer({"entries": entries}).data)


class OrderProgress(APIView):
    permission_classes = (IsCustomer,)

    @refuses(OrderUnknown)
    @extend_schema(
        parameters=[IF_NONE_MATCH, ETAG],
        responses={200: ProgressSerializer, 304: None},
        examples=examples.PROGRESS,
    )
    @conditional()
    def get(self, request: Request, order_id: UUID) -> Response:
        """How far it is: status, when it comes, what is late and who is at it, and where the courier is.

        For those who cannot stream: ask every few seconds with `If-None-Match`, and 304 says that nothing is
        different. The same comes live in events named `progress` of `GET /api/v1/orders/{id}/stream`.
        """
        order = Order.objects.filter(pk=order_id, customer_id=customer_of(request)).first()
        if order is None:
            raise OrderUnknown()
        standing = standing_of(order)
        seen = positions_of([order_id]) if standing.courier_is_coming else []
        now = progress(standing, seen[0] if seen else None, now=clock.now())
        return Response(ProgressSerializer(now).data)


class Again(APIView):
    permission_classes = (IsCustomer,)

    @refuses(OrderUnknown, RestaurantUnknown)
    @extend_schema(responses={200: ReorderSerializer})
    def get(self, request: Request, order_id: UUID) -> Response:
        """The same again: the basket as the menu stands now, to be quoted, and what has changed."""
        again = selectors.reorder(customer_id=customer_of(request), order_id=order_id)
        return Response(ReorderSerializer(again).data)


class Cancellation(APIView):
    permission_classes = (IsCustomer,)

    @refuses(OrderUnknown)
    @extend_schema(responses={200: CancellationSerializer})
    def get(self, request: Request, order_id: UUID) -> Response:
        """What stopping the order now would mean."""
        preview = selectors.preview_cancellation(customer_id=customer_of(request), order_id=order_id)
        return Response(CancellationSerializer(preview).data)

    @refuses(OrderUnknown, CancellationRefused, CancellationChanged)
    @extend_schema(
        request=CancelRequestSerializer, responses={200: OrderSerializer}, examples=examples.CANCEL
    )
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        """Stop the order; by the rules of most regions, until the restaurant has accepted it. Whoever says
        what the preview said, `keeps`, pays that and nothing else."""
        asked = CancelRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        order = services.cancel_order(
            customer_id=customer_of(request), order_id=order_id, keeps=asked.validated_data.get("keeps")
        )
        return Response(OrderSerializer(selectors.answer_of(order)).data)


class Ratings(APIView):
    permission_classes = (IsCustomer,)

    @refuses(OrderUnknown, RatingRefused)
    @extend_schema(
        request=RatingRequestSerializer, responses={201: RatingSerializer}, examples=examples.RATING
    )
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        """Say, once, what a delivered order was like."""
        asked = RatingRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rating = services.rate_order(
            customer_id=customer_of(request), order_id=order_id, **asked.validated_data
        )
        return Response(
            RatingSerializer(selectors.rating_answer(rating)).data, status=status.HTTP_201_CREATED
        )


class Claims(APIView):
    permission_classes = (IsCustomer,)

    @refuses(OrderUnknown)
    @extend_schema(responses={200: ClaimsSerializer})
    def get(self, request: Request, order_id: UUID) -> Response:
        """What was claimed about the order, the oldest first."""
        found = selectors.claims(customer_id=customer_of(request), order_id=order_id)
        return Response(ClaimsSerializer({"claims": found}).data)

    @refuses(OrderUnknown, ClaimRefused, ClaimLineWrong)
    @extend_schema(request=ClaimRequestSerializer, responses={201: ClaimSerializer}, examples=examples.CLAIM)
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        """Say what was wrong with an order that was delivered.

        What the region's rules grant at once is on its way back; about the rest somebody decides until
        `decide_by`.
        """
        asked = ClaimRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = asked.validated_data
        made = services.claim(
            customer_id=customer_of(request),
            order_id=order_id,
            reason=ClaimReason(wanted["reason"]),
            lines=tuple(ClaimLine(**line) for line in wanted.get("lines", ())),
            words=wanted.get("words", ""),
        )
        return Response(
            ClaimSerializer(selectors.claim_answer(made, made.order)).data, status=status.HTTP_201_CREATED
        )
