"""Where Deliverect tells what happens at a restaurant's till."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.restaurants import services
from modules.restaurants.channels.deliverect.signature import HEADER
from modules.restaurants.interface import (
    ConnectionRefused,
    ConnectionUnknown,
    DeliverectMessageUnreadable,
    DeliverectSignatureInvalid,
)
from modules.restaurants.models.deliverect import Topic
from tiffin.web.openapi import refuses

_TOPICS = {topic.value: topic for topic in Topic}
_ACCEPTED = {"status": 20, "channelOrderId": "0197c000-0000-7000-8000-000000000001", "channelLink": "649a"}


class Messages(APIView):
    """Whoever sends is known by the signature alone."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @refuses(DeliverectSignatureInvalid, DeliverectMessageUnreadable, ConnectionUnknown, ConnectionRefused)
    @extend_schema(
        parameters=[
            OpenApiParameter("topic", str, OpenApiParameter.PATH, enum=list(_TOPICS)),
            OpenApiParameter(
                HEADER, str, OpenApiParameter.HEADER, description="HMAC-SHA256 of the body, hex"
            ),
        ],
        request=OpenApiTypes.ANY,
        responses=OpenApiTypes.ANY,
        operation_id="deliverect_message",
        summary="A message of Deliverect's: kept as it came, answered, then done",
        examples=[OpenApiExample("Accepted", value=_ACCEPTED, request_only=True)],
    )
    def post(self, request: Request, topic: str) -> Response:
        if topic not in _TOPICS:
            raise Http404
        signature = request.headers.get(HEADER, "")
        body = request._request.body
        return Response(services.hear(topic=_TOPICS[topic], body=body, signature=signature))
