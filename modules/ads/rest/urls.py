"""Ads under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.ads.rest import views

urlpatterns = [
    path("ads/decisions", views.Decisions.as_view(), name="ads-decisions"),
    path("ads/impressions", views.Impressions.as_view(), name="ads-impressions"),
    path("ads/clicks/<str:token>", views.Click.as_view(), name="ads-click"),
    path("ads/consent", views.Consent.as_view(), name="ads-consent"),
    path("ads/device-consent", views.DeviceConsent.as_view(), name="ads-device-consent"),
]
