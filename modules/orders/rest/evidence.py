"""Photos with a claim, and appeals against a refusal, under /api/v1/."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.orders import pictures, selectors, services
from modules.orders.interface import ClaimRefused, ClaimUnknown, EvidenceRefused, EvidenceUnknown
from modules.orders.rest import examples
from modules.orders.rest.serializers import (
    AppealRequestSerializer,
    ClaimSerializer,
    EvidenceRequestSerializer,
    EvidenceSerializer,
)
from modules.orders.rest.views import customer_of
from tiffin.web.auth import IsCustomer
from tiffin.web.files import sent_file
from tiffin.web.idempotency import idempotent
from tiffin.web.openapi import refuses


class Evidence(APIView):
    permission_classes = (IsCustomer,)
    parser_classes = (MultiPartParser,)

    @refuses(ClaimUnknown, EvidenceRefused)
    @extend_schema(
        request={"multipart/form-data": EvidenceRequestSerializer}, responses={201: EvidenceSerializer}
    )
    def post(self, request: Request) -> Response:
        """Send a photo with a claim that is open: JPEG, PNG or WebP, at most 6 MB, four for a claim.

        What it says of place, time and device is not kept. The same photo sent again is kept once.
        """
        asked = EvidenceRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = asked.validated_data
        added = services.add_evidence(
            customer_id=customer_of(request), claim_id=wanted["claim_id"], content=wanted["photo"].read()
        )
        answer = EvidenceSerializer(selectors.evidence_view(added)).data
        return Response(answer, status=status.HTTP_201_CREATED)


class AsItIs(BaseContentNegotiation):
    """A photo is what it is, whatever kind is asked for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Photo(APIView):
    permission_classes = (IsCustomer,)
    content_negotiation_class = AsItIs

    @refuses(EvidenceUnknown)
    @extend_schema(
        responses={(200, kind): OpenApiTypes.BINARY for kind in (pictures.JPEG, pictures.PNG, pictures.WEBP)}
    )
    def get(self, request: Request, evidence_id: UUID) -> HttpResponse:
        """A photo that the customer sent, to be drawn or saved."""
        found = selectors.evidence(customer_id=customer_of(request), evidence_id=evidence_id)
        return sent_file(found.content, found.media_type, name=str(evidence_id))


class Appeals(APIView):
    permission_classes = (IsCustomer,)

    @refuses(ClaimUnknown, ClaimRefused)
    @extend_schema(
        request=AppealRequestSerializer, responses={200: ClaimSerializer}, examples=examples.APPEAL
    )
    @idempotent
    def post(self, request: Request, claim_id: UUID) -> Response:
        """Say, once, that a claim was refused wrongly: somebody decides again until `decide_by`."""
        asked = AppealRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        claim = services.appeal(
            customer_id=customer_of(request), claim_id=claim_id, words=asked.validated_data["words"]
        )
        return Response(ClaimSerializer(selectors.claim_answer(claim, claim.order)).data)
