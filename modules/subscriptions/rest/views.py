"""Plans, and the memberships of the customer who asks."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.subscriptions import selectors, services
from modules.subscriptions.interface import (
    AlreadyMember,
    CoolingOffOver,
    MembershipStateConflict,
    MembershipUnknown,
    NothingOwed,
    PauseTooLong,
    PlanUnknown,
)
from modules.subscriptions.models import Membership
from modules.subscriptions.rest.serializers import (
    CancelSerializer,
    ChangePreviewSerializer,
    InvoicesSerializer,
    JoinSerializer,
    MembershipSerializer,
    MembershipsSerializer,
    MethodSerializer,
    PauseSerializer,
    PlanChoiceSerializer,
    PlansSerializer,
    RegionQuerySerializer,
)
from tiffin.context import ActorKind, current
from tiffin.regions import UnknownRegion
from tiffin.web.customers import CustomerView
from tiffin.web.idempotency import idempotent
from tiffin.web.openapi import refuses

_JOIN = [
    OpenApiExample(
        "With a kept card",
        value={"plan_id": "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e10", "payment_method": "pm_card_visa"},
        request_only=True,
    )
]
_METHOD = [OpenApiExample("Another card", value={"payment_method": "pm_card_visa"}, request_only=True)]
_PAUSE = [OpenApiExample("While on holiday", value={"days": 21}, request_only=True)]
_PLAN = [
    OpenApiExample(
        "Another plan", value={"plan_id": "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e10"}, request_only=True
    )
]


def _read(serializer: Any, data: Any) -> dict[str, Any]:
    asked = serializer(data=data)
    asked.is_valid(raise_exception=True)
    values: dict[str, Any] = asked.validated_data
    return values


def _seen(member: Membership, code: int = status.HTTP_200_OK) -> Response:
    return Response(MembershipSerializer(selectors.view(member)).data, status=code)


class Plans(APIView):
    permission_classes = (AllowAny,)

    @refuses(UnknownRegion)
    @extend_schema(
        parameters=[RegionQuerySerializer],
        responses=PlansSerializer,
        operation_id="plans",
        summary="Memberships that can be joined",
        description="The one that brings least first. What they cost and bring stays as it is for whoever "
        "joins. Who is logged in and left a while ago may see some that are for them alone.",
    )
    def get(self, request: Request) -> Response:
        region = _read(RegionQuerySerializer, request.query_params)["region"]
        actor = current().actor
        customer_id = actor.id if actor.kind is ActorKind.CUSTOMER else None
        plans = selectors.plans(region, customer_id)
        if customer_id is not None and plans:
            services.offer_shown(customer_id=customer_id, region=region)
        return Response(PlansSerializer({"results": plans}).data)


class Memberships(CustomerView):
    @extend_schema(
        responses=MembershipsSerializer,
        operation_id="memberships",
        summary="My memberships",
        description="The newest first, those that are over among them.",
    )
    def get(self, request: Request) -> Response:
        return Response(MembershipsSerializer({"results": selectors.of_customer(self.customer_id())}).data)

    @refuses(PlanUnknown, AlreadyMember)
    @extend_schema(
        request=JoinSerializer,
        responses={status.HTTP_201_CREATED: MembershipSerializer},
        operation_id="membership_join",
        summary="Become a member",
        description="With the trial, where there is one and you had none: there is one for each customer, "
        "card and device. Else it is `incomplete` until the first payment has come, a moment later; look at "
        "it again.",
        examples=_JOIN,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        wanted = _read(JoinSerializer, request.data)
        device = wanted.get("device", "")
        known_by = (f"device {sha256(device.encode()).hexdigest()}",) if device else ()
        member = services.join(
            customer_id=self.customer_id(),
            plan_id=wanted["plan_id"],
            method=wanted["payment_method"],
            known_by=known_by,
        )
        return _seen(member, status.HTTP_201_CREATED)


class OneMembership(CustomerView):
    @refuses(MembershipUnknown)
    @extend_schema(responses=MembershipSerializer, operation_id="membership", summary="One of my memberships")
    def get(self, request: Request, membership_id: UUID) -> Response:
        return Response(MembershipSerializer(selectors.membership(self.customer_id(), membership_id)).data)


class Invoices(CustomerView):
    @extend_schema(
        responses=InvoicesSerializer,
        operation_id="membership_invoices",
        summary="What my memberships cost",
        description="The newest first, at most 200.",
    )
    def get(self, request: Request) -> Response:
        return Response(InvoicesSerializer({"results": selectors.invoices(self.customer_id())}).data)


class Pay(CustomerView):
    @refuses(MembershipUnknown, NothingOwed)
    @extend_schema(
        request=MethodSerializer,
        responses=MembershipSerializer,
        operation_id="membership_pay",
        summary="Pay what is owed, by another card",
        description="Whatever is owed later is paid by it too.",
        examples=_METHOD,
    )
    @idempotent
    def post(self, request: Request, membership_id: UUID) -> Response:
        method = _read(MethodSerializer, request.data)["payment_method"]
        return _seen(services.pay(customer_id=self.customer_id(), membership_id=membership_id, method=method))


class Method(CustomerView):
    @refuses(MembershipUnknown)
    @extend_schema(
        request=MethodSerializer,
        responses=MembershipSerializer,
        operation_id="membership_payment_method",
        summary="Pay the periods to come by another card",
        examples=_METHOD,
    )
    def put(self, request: Request, membership_id: UUID) -> Response:
        method = _read(MethodSerializer, request.data)["payment_method"]
        return _seen(
            services.use_method(customer_id=self.customer_id(), membership_id=membership_id, method=method)
        )


class Cancel(CustomerView):
    @refuses(MembershipUnknown, MembershipStateConflict)
    @extend_schema(
        request=CancelSerializer,
        responses=MembershipSerializer,
        operation_id="membership_cancel",
        summary="Let a membership end",
        description="When what is paid for is over, or `now`. Where something is owed it ends now, and that "
        "is not asked for any more; what is being taken comes back.",
    )
    @idempotent
    def post(self, request: Request, membership_id: UUID) -> Response:
        now = _read(CancelSerializer, request.data)["now"]
        return _seen(services.cancel(customer_id=self.customer_id(), membership_id=membership_id, now=now))


class Keep(CustomerView):
    @refuses(MembershipUnknown, MembershipStateConflict)
    @extend_schema(
        request=None,
        responses=MembershipSerializer,
        operation_id="membership_keep",
        summary="Stay after all",
    )
    @idempotent
    def post(self, request: Request, membership_id: UUID) -> Response:
        return _seen(services.keep(customer_id=self.customer_id(), membership_id=membership_id))


class TakeBack(CustomerView):
    @refuses(MembershipUnknown, MembershipStateConflict, CoolingOffOver)
    @extend_schema(
        request=None,
        responses=MembershipSerializer,
        operation_id="membership_take_back",
        summary="Take back having joined",
        description="Within the days that the law gives. It ends now, and what was paid comes back; in some "
        "regions but for the days that are over.",
    )
    @idempotent
    def post(self, request: Request, membership_id: UUID) -> Response:
        return _seen(services.take_back(customer_id=self.customer_id(), membership_id=membership_id))


class Pause(CustomerView):
    @refuses(MembershipUnknown, MembershipStateConflict, PauseTooLong)
    @extend_schema(
        request=PauseSerializer,
        responses=MembershipSerializer,
        operation_id="membership_pause",
        summary="Pause a membership",
        description="From today on: no benefits, nothing to pay. What is left of the period is there "
        "afterwards.",
        examples=_PAUSE,
    )
    @idempotent
    def post(self, request: Request, membership_id: UUID) -> Response:
        days = _read(PauseSerializer, request.data)["days"]
        return _seen(services.pause(customer_id=self.customer_id(), membership_id=membership_id, days=days))


class Resume(CustomerView):
    @refuses(MembershipUnknown, MembershipStateConflict)
    @extend_schema(
        request=None,
        responses=MembershipSerializer,
        operation_id="membership_resume",
        summary="Go on today",
    )
    @idempotent
    def post(self, request: Request, membership_id: UUID) -> Response:
        return _seen(services.resume(customer_id=self.customer_id(), membership_id=membership_id))


class ChangePreviews(CustomerView):
    @refuses(MembershipUnknown, PlanUnknown, MembershipStateConflict)
    @extend_schema(
        request=PlanChoiceSerializer,
        responses=ChangePreviewSerializer,
        operation_id="membership_change_preview",
        summary="What another plan would cost, to the cent",
        description="Nothing is changed yet.",
        examples=_PLAN,
    )
    def post(self, request: Request, membership_id: UUID) -> Response:
        plan_id = _read(PlanChoiceSerializer, request.data)["plan_id"]
        found = services.preview_change(
            customer_id=self.customer_id(), membership_id=membership_id, plan_id=plan_id
        )
        return Response(ChangePreviewSerializer(found).data)


class Change(CustomerView):
    @refuses(MembershipUnknown, PlanUnknown, MembershipStateConflict)
    @extend_schema(
        request=PlanChoiceSerializer,
        responses=MembershipSerializer,
        operation_id="membership_change",
        summary="Have another plan",
        description="One that brings more as soon as what is due for it is paid, any other when what is paid "
        "for is over. Asking for the plan that you have takes that back.",
        examples=_PLAN,
    )
    @idempotent
    def post(self, request: Request, membership_id: UUID) -> Response:
        plan_id = _read(PlanChoiceSerializer, request.data)["plan_id"]
        return _seen(
            services.change(customer_id=self.customer_id(), membership_id=membership_id, plan_id=plan_id)
        )
