"""Ads under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.ads.rest import campaigns, reports, views

urlpatterns = [
    path("ads/decisions", views.Decisions.as_view(), name="ads-decisions"),
    path("ads/impressions", views.Impressions.as_view(), name="ads-impressions"),
    path("ads/clicks/<str:token>", views.Click.as_view(), name="ads-click"),
    path("ads/consent", views.Consent.as_view(), name="ads-consent"),
    path("ads/device-consent", views.DeviceConsent.as_view(), name="ads-device-consent"),
    path("ads/advertisers", campaigns.Advertisers.as_view(), name="ads-advertisers"),
    path("ads/campaigns", campaigns.Campaigns.as_view(), name="ads-campaigns"),
    path("ads/campaigns/<uuid:campaign_id>", campaigns.OneCampaign.as_view(), name="ads-campaign"),
    *(
        path(f"ads/campaigns/<uuid:campaign_id>/{step}", view.as_view(), name=f"ads-campaign-{step}")
        for step, view in (
            ("submit", campaigns.Submit),
            ("take-back", campaigns.TakeBack),
            ("pause", campaigns.Pause),
            ("resume", campaigns.Resume),
            ("end", campaigns.End),
            ("flights", campaigns.Flights),
            ("creatives", campaigns.Creatives),
        )
    ),
    path("ads/flights/<uuid:flight_id>", campaigns.OneFlight.as_view(), name="ads-flight"),
    path("ads/flights/<uuid:flight_id>/on", campaigns.SwitchFlight.as_view(), name="ads-flight-on"),
    path(
        "ads/creatives/<uuid:creative_id>/retire",
        campaigns.RetireCreative.as_view(),
        name="ads-creative-retire",
    ),
    path("ads/reports", reports.Reports.as_view(), name="ads-reports"),
    path("ads/reports.csv", reports.ReportFile.as_view(), name="ads-report-file"),
]
