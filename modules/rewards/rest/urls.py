"""Rewards under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.rewards.rest import giving

urlpatterns = [
    path("rewards/causes", giving.Causes.as_view(), name="causes"),
    path("rewards/donations", giving.Donations.as_view(), name="donations"),
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
