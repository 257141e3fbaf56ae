"""What a customer may see of payments."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.payments import selectors
from modules.payments.interface import PaymentUnknown
from modules.payments.rest.serializers import PaymentMethodListSerializer, PaymentSerializer
from tiffin.context import ActorKind
from tiffin.regions import UnknownRegion
from tiffin.web.auth import IsCustomer, actor_of
from tiffin.web.openapi import refuses


class OnePayment(APIView):
    permission_classes = [IsCustomer]

    @refuses(PaymentUnknown)
    @extend_schema(
        responses=PaymentSerializer,
        operation_id="payment_read",
        summary="One of my payments",
        description="Where the money of an order stands, and where to confirm it if that is wanted.",
    )
    def get(self, request: Request, payment_id: UUID) -> Response:
        customer_id = actor_of(request).id
        payment = customer_id and selectors.for_customer(customer_id=customer_id, payment_id=payment_id)
        if not payment:
            raise PaymentUnknown(payment_id=payment_id)
        return Response(PaymentSerializer(payment).data)


class Methods(APIView):
    permission_classes = [AllowAny]

    @refuses(UnknownRegion)
    @extend_schema(
        responses=PaymentMethodListSerializer,
        operation_id="payment_methods_list",
        summary="What one may pay with",
        description="A customer's own kept cards come first.",
        parameters=[
            OpenApiParameter(
                "region",
                str,
                required=True,
                description="A region's code",
                examples=[OpenApiExample("Great Britain", value="gb")],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        region, actor = request.query_params.get("region", ""), actor_of(request)
        if actor.kind is ActorKind.CUSTOMER and actor.id is not None:
            offered = selectors.methods_of(customer_id=actor.id, region=region)
        else:
            offered = selectors.methods(region=region)
        return Response(PaymentMethodListSerializer({"methods": offered}).data)
