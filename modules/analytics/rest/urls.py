"""Analytics under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.analytics.rest import views

urlpatterns = [path("analytics/consent", views.Consent.as_view(), name="analytics-consent")]
