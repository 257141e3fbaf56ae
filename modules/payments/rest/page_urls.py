"""The sandbox provider's page and the way back from others', at the origin's root."""

from __future__ import annotations

from django.urls import path

from modules.payments.rest import pages

urlpatterns = [
    path("sandbox/3ds/<str:reference>", pages.confirm, name="sandbox-3ds"),
    path("payments/confirm/<str:reference>", pages.confirm_here, name="payment-confirm"),
    path("payments/return", pages.come_back, name="payment-return"),
]
