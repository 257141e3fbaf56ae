"""What a customer has in writing about an order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.orders import selectors
from modules.orders.interface import OrderUnknown, Party, ReceiptKind, ReceiptUnknown
from modules.orders.rest.serializers.documents import Document, MoneySerializer, choice
from modules.orders.rest.views import customer_of
from tiffin.web.auth import IsCustomer
from tiffin.web.fields import IdField
from tiffin.web.openapi import refuses


class ReceiptLineSerializer(Document):
    label = serializers.CharField()
    amount = MoneySerializer()
    tax = MoneySerializer(help_text="Contained in the amount, or on a line of its own that `is_tax`")
    tax_rate = serializers.CharField()
    is_tax = serializers.BooleanField()


class ReceiptTaxSerializer(Document):
    rate = serializers.CharField()
    base = MoneySerializer(allow_null=True, help_text="Net; null where areas tax the same at their own rates")
    tax = MoneySerializer()


class ReceiptSerializer(Document):
    id = IdField()
    number = serializers.CharField()
    kind = choice(ReceiptKind)
    issuer = choice(Party)
    issuer_name = serializers.CharField()
    issuer_tax_id = serializers.CharField()
    issuer_address = serializers.CharField()
    order_id = IdField()
    order_code = serializers.CharField()
    issued_at = serializers.DateTimeField()
    supplied_at = serializers.DateTimeField(allow_null=True)
    total = MoneySerializer(help_text="Negative in a correction")
    tax = MoneySerializer(help_text="Contained in the total")
    lines = ReceiptLineSerializer(many=True)
    taxes = ReceiptTaxSerializer(many=True)
    corrects = serializers.CharField(allow_null=True, help_text="The number of the receipt it takes back of")


class ReceiptsSerializer(serializers.Serializer[Any]):
    receipts = ReceiptSerializer(many=True)


class PageRenderer(JSONRenderer):
    """Lets HTML be asked for; what it renders itself are problems."""

    media_type = "text/html"
    format = "html"


class Receipts(APIView):
    permission_classes = (IsCustomer,)

    @refuses(OrderUnknown)
    @extend_schema(responses={200: ReceiptsSerializer})
    def get(self, request: Request, order_id: UUID) -> Response:
        """Receipts and corrections, the oldest first.

        Each party that is liable for a part of the bill writes its own; together the receipts are the bill.
        They are numbered within a minute after the order was delivered and paid: until then there are none.
        """
        found = selectors.receipts(customer_id=customer_of(request), order_id=order_id)
        return Response(ReceiptsSerializer({"receipts": found}).data)


class PrintedReceipt(APIView):
    permission_classes = (IsCustomer,)
    renderer_classes = (JSONRenderer, PageRenderer)

    @refuses(OrderUnknown, ReceiptUnknown)
    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request, order_id: UUID, receipt_id: UUID) -> HttpResponse:
        """One of them as a page that prints well, in the region's language and with the customer's name."""
        page = selectors.receipt_page(
            customer_id=customer_of(request), order_id=order_id, receipt_id=receipt_id
        )
        return HttpResponse(page.html)
