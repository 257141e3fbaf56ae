"""What apps are to do for whoever uses them, and that they did it."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from modules.experiments.errors import ExposureTokenInvalid
from modules.experiments.rest.serializers import (
    AskedSerializer,
    CountedSerializer,
    ExposuresSerializer,
    FlagsSerializer,
)
from modules.experiments.services import telling
from tiffin import regions
from tiffin.context import ActorKind
from tiffin.flags import Subject
from tiffin.regions import UnknownRegion
from tiffin.web.auth import actor_of
from tiffin.web.clients import address_of
from tiffin.web.openapi import refuses

_ASKED = OpenApiExample(
    "An app in Warsaw",
    value={
        "region": "pl",
        "device_id": "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "attributes": {"platform": "ios"},
    },
    request_only=True,
)
_ANSWERED = OpenApiExample(
    "A switch that is on for all, and one that is tried",
    value={
        "flags": {
            "apps.map": {"value": True, "exposures": []},
            "apps.checkout": {"value": "short", "exposures": ["eyJ…"]},
        }
    },
    response_only=True,
)


class Flags(APIView):
    permission_classes = (AllowAny,)

    @refuses(UnknownRegion)
    @extend_schema(
        request=AskedSerializer,
        responses=FlagsSerializer,
        examples=[_ASKED, _ANSWERED],
        operation_id="experiments_flags",
        summary="The flags of an app",
        description=(
            "Those that apps may read. Whose token the request bears is who asks. Send `exposures` to "
            "`/api/v1/experiments/exposures` once the value makes a difference to them."
        ),
    )
    def post(self, request: Request) -> Response:
        sent = AskedSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        asked, actor = sent.validated_data, actor_of(request)
        subject = Subject(
            region=regions.get(asked["region"]).code,
            customer_id=actor.id if actor.kind is ActorKind.CUSTOMER else None,
            device_id=asked.get("device_id"),
            more=asked.get("attributes", {}),
        )
        found = telling.public_flags(subject)
        return Response(
            {"flags": {key: {"value": value, "exposures": tokens} for key, value, tokens in found}}
        )


class ByAddress(SimpleRateThrottle):
    """So many requests of one address."""

    scope = "exposures"
    rate = "600/min"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": address_of(request)}


class Exposures(APIView):
    permission_classes = (AllowAny,)
    throttle_classes = (ByAddress,)

    @refuses(ExposureTokenInvalid)
    @extend_schema(
        request=ExposuresSerializer,
        responses=CountedSerializer,
        operation_id="experiments_exposed",
        summary="A value made a difference to somebody",
        description="Each is counted once, however often it is told.",
    )
    def post(self, request: Request) -> Response:
        sent = ExposuresSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response({"counted": telling.tell(sent.validated_data["tokens"])})
