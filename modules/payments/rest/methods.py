"""A customer's cards that are kept at the provider."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from modules.payments import selectors, services
from modules.payments.interface import KeptMethodUnknown, MethodsNotKept, TooManyMethods
from modules.payments.rest.serializers import (
    KeepMethodSerializer,
    KeptMethodListSerializer,
    KeptMethodSerializer,
)
from tiffin.regions import UnknownRegion
from tiffin.web.customers import CustomerView
from tiffin.web.idempotency import idempotent
from tiffin.web.openapi import refuses


class KeptMethods(CustomerView):
    @extend_schema(
        responses=KeptMethodListSerializer, operation_id="kept_methods_list", summary="My kept cards"
    )
    def get(self, request: Request) -> Response:
        kept = selectors.kept_methods(customer_id=self.customer_id())
        return Response(KeptMethodListSerializer({"results": kept}).data)

    @refuses(UnknownRegion, MethodsNotKept, TooManyMethods)
    @extend_schema(
        request=KeepMethodSerializer,
        responses={status.HTTP_202_ACCEPTED: KeptMethodSerializer},
        operation_id="kept_methods_add",
        summary="Keep a card",
        description="The card is entered at the provider: read the kept card until it is `waiting`, and give "
        "its `client_secret` to the provider's library in the browser. Soon after the card was entered, it "
        "is `kept`. A card's number never comes here.",
        examples=[OpenApiExample("In Great Britain", value={"region": "gb"}, request_only=True)],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        wanted = KeepMethodSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        kept = services.keep_method(customer_id=self.customer_id(), **wanted.validated_data)
        return Response(KeptMethodSerializer(kept).data, status=status.HTTP_202_ACCEPTED)


class OneKeptMethod(CustomerView):
    @refuses(KeptMethodUnknown)
    @extend_schema(
        responses=KeptMethodSerializer, operation_id="kept_methods_read", summary="One of my kept cards"
    )
    def get(self, request: Request, method_id: UUID) -> Response:
        kept = selectors.kept_method(customer_id=self.customer_id(), method_id=method_id)
        return Response(KeptMethodSerializer(kept).data)

    @refuses(KeptMethodUnknown)
    @extend_schema(
        request=None,
        responses={204: None},
        operation_id="kept_methods_remove",
        summary="Keep a card no longer",
    )
    def delete(self, request: Request, method_id: UUID) -> Response:
        services.remove_method(customer_id=self.customer_id(), method_id=method_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
