"""What a customer agrees to."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from modules.analytics import selectors, services
from modules.analytics.rest.serializers import AgreedSerializer, AnalyticsConsentSerializer
from tiffin.web.customers import CustomerView


class Consent(CustomerView):
    @extend_schema(
        responses=AnalyticsConsentSerializer,
        operation_id="analytics_consent",
        summary="Whether what I do is counted by services outside",
    )
    def get(self, request: Request) -> Response:
        return self._answer()

    @extend_schema(
        request=AgreedSerializer,
        responses=AnalyticsConsentSerializer,
        operation_id="analytics_consent_change",
        summary="Agree that what I do is counted, or not any more",
        description="What happened before is never told. Whoever agrees no more is told of no more, at once.",
    )
    def put(self, request: Request) -> Response:
        sent = AgreedSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        services.agree(customer_id=self.customer_id(), **sent.validated_data)
        return self._answer()

    def _answer(self) -> Response:
        return Response(AnalyticsConsentSerializer(selectors.consent_of(self.customer_id())).data)
