from __future__ import annotations

import random
from typing import Any

from django.conf import settings
from django.db import connections
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.floor import kept_rows

_statement, _count = kept_rows(settings.TIFFIN_HOME)
_statement = _statement.replace("{number}", "%s")


class Orders(APIView):
    """POST reads its body and writes rows; GET says that it is there."""

    def get(self, request: Request) -> Response:
        return Response()

    def post(self, request: Request) -> Response:
        asked: Any = request.data
        with connections["orders"].cursor() as cursor:
            cursor.execute(_statement, [random.randint(1, _count)])
            order_id = cursor.fetchone()[0]
        return Response({"id": order_id, "payment_method": asked["payment_method"]}, status=201)


urlpatterns = [path("", Orders.as_view()), path("orders", Orders.as_view())]
