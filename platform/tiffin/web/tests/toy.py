"""A small API with every way to go wrong; its urls are this module's."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tiffin.context import DeadlineExceeded, current
from tiffin.errors import DomainError
from tiffin.interfaces import ModuleFault, ModuleUnavailable
from tiffin.testing.things import Thing
from tiffin.web import sse
from tiffin.web.auth import IsCustomer, roles
from tiffin.web.etags import conditional
from tiffin.web.fields import IdField
from tiffin.web.idempotency import idempotent_in
from tiffin.web.pagination import CursorPages


class ToyRefused(DomainError, code="toy_refused", status=409):
    """The toy is refused."""

    detail = "There are {left} toys left; take fewer."
    left: int


class Line(serializers.Serializer):
    item = IdField()
    count = serializers.IntegerField(min_value=1)


class Basket(serializers.Serializer):
    lines = Line(many=True, allow_empty=False)
    note = serializers.CharField(required=False, max_length=5)


class Validating(APIView):
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        basket = Basket(data=request.data)
        basket.is_valid(raise_exception=True)
        return Response(basket.data)


ERRORS: dict[str, Exception] = {
    "refused": ToyRefused(left=2),
    "unavailable": ModuleUnavailable(maybe_executed=False, reason="secret address 10.0.0.1"),
    "fault": ModuleFault(reason="secret"),
    "late": DeadlineExceeded("over"),
    "database": OperationalError("connection to server failed: secret"),
    "bug": ValueError("secret bug"),
    "integrity": IntegrityError("DETAIL:  Key (email)=(ann@example.org) already exists."),
    "throttled": Throttled(wait=3.2),
    "missing": Http404("This toy is not here."),
    "suspicious": SuspiciousOperation("secret"),
}


class Raising(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request, what: str) -> Response:
        raise ERRORS[what]


def raising(request: HttpRequest, what: str) -> HttpResponse:
    raise ERRORS[what]


class Private(APIView):
    permission_classes = [IsCustomer]

    def get(self, request: Request) -> Response:
        return Response({"actor": str(current().actor)})

    post = get


class Operations(Private):
    permission_classes = [roles("operations")]


class Things(APIView):
    permission_classes = [IsCustomer]
    runs = 0
    started, may_go_on = threading.Event(), threading.Event()

    @idempotent_in("orders")
    def post(self, request: Request) -> Response:
        Things.runs += 1
        thing = Thing.objects.create(region="pl", label=request.data["label"])
        match request.data.get("then"):
            case "refuse":
                raise ToyRefused(left=0)
            case "fail":
                raise ValueError("a bug")
            case "validate":
                raise serializers.ValidationError({"label": ["no"]})
            case "wait":
                Things.started.set()
                Things.may_go_on.wait(10)
        return Response({"id": str(thing.id)}, status=201, headers={"Location": f"/things/{thing.id}"})

    def get(self, request: Request) -> Response:
        pages = CursorPages()
        rows = pages.paginate_queryset(Thing.objects.all(), request, self)
        return pages.get_paginated_response([str(row.id) for row in rows or ()])


class Versioned(APIView):
    permission_classes = [AllowAny]
    state: dict[str, Any] = {"version": 1}
    runs = 0

    @conditional(lambda request: Versioned.state["version"])
    def get(self, request: Request) -> Response:
        Versioned.runs += 1
        return Response(self.state)


class Hashed(APIView):
    permission_classes = [AllowAny]

    @conditional()
    def get(self, request: Request) -> Response:
        return Response(Versioned.state)


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(len(request.body))


async def stream(request: HttpRequest) -> HttpResponse:
    async def events() -> Any:
        yield sse.event({"trace": current().trace_id, "deadline": current().deadline}, name="first", id="1")
        await asyncio.sleep(0)
        yield sse.HEARTBEAT

    return sse.respond(events())


urlpatterns = [
    path("", include("tiffin.web.urls")),
    path("api/v1/toy/validating", Validating.as_view()),
    path("api/v1/toy/raising/<str:what>", Raising.as_view()),
    path("api/v1/toy/plain/<str:what>", raising),
    path("api/v1/toy/private", Private.as_view()),
    path("api/v1/toy/operations", Operations.as_view()),
    path("api/v1/toy/things", Things.as_view()),
    path("api/v1/toy/versioned", Versioned.as_view()),
    path("api/v1/toy/hashed", Hashed.as_view()),
    path("api/v1/toy/plain-post", plain),
    path("toy/raising/<str:what>", raising),
    path("toy/stream", stream),
]
handler400 = "tiffin.web.answers.bad_request"
handler403 = "tiffin.web.answers.permission_denied"
handler404 = "tiffin.web.answers.not_found"
handler500 = "tiffin.web.answers.server_error"
