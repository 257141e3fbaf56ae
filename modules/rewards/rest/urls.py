"""Rewards under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.rewards.rest import views

urlpatterns = [
    path("rewards/wallet", views.Wallet.as_view(), name="rewards-wallet"),
    path("rewards/statement", views.Statement.as_view(), name="rewards-statement"),
    path("rewards/lots", views.Lots.as_view(), name="rewards-lots"),
    path("rewards/code", views.Code.as_view(), name="rewards-code"),
    path("rewards/sendings", views.Sendings.as_view(), name="rewards-sendings"),
    path("rewards/sendings/preview", views.Preview.as_view(), name="rewards-sending-preview"),
]
