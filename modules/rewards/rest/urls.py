"""Rewards under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.rewards.rest import giving, programme, views

urlpatterns = [
    path("rewards/wallet", views.Wallet.as_view(), name="rewards-wallet"),
    path("rewards/statement", views.Statement.as_view(), name="rewards-statement"),
    path("rewards/lots", views.Lots.as_view(), name="rewards-lots"),
    path("rewards/code", views.Code.as_view(), name="rewards-code"),
    path("rewards/sendings", views.Sendings.as_view(), name="rewards-sendings"),
    path("rewards/sendings/preview", views.Preview.as_view(), name="rewards-sending-preview"),
    path("rewards/tiers", programme.Tiers.as_view(), name="rewards-tiers"),
    path("rewards/campaigns", programme.Campaigns.as_view(), name="rewards-campaigns"),
    path("rewards/causes", giving.Causes.as_view(), name="causes"),
    path("rewards/donations", giving.Donations.as_view(), name="donations"),
    path("rewards/donations/preview", giving.Preview.as_view(), name="donation-preview"),
    path(
        "rewards/donations/<uuid:donation_id>/receipt", giving.OneReceipt.as_view(), name="donation-receipt"
    ),
    path("rewards/giving", giving.Year.as_view(), name="year-of-giving"),
    path("rewards/standing-orders", giving.StandingOrders.as_view(), name="standing-orders"),
    path(
        "rewards/standing-orders/<uuid:standing_order_id>",
        giving.OneStandingOrder.as_view(),
        name="standing-order",
    ),
]
