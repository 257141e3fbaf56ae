"""The sandbox provider's page, at the origin's root."""

from __future__ import annotations

from django.urls import path

from modules.payments.rest import pages

urlpatterns = [path("sandbox/3ds/<str:reference>", pages.confirm, name="sandbox-3ds")]
