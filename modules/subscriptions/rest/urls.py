"""Subscriptions under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.subscriptions.rest import views

_ONE = "memberships/<uuid:membership_id>"

urlpatterns = [
    path("plans", views.Plans.as_view(), name="plans"),
    path("memberships", views.Memberships.as_view(), name="memberships"),
    path("memberships/invoices", views.Invoices.as_view(), name="membership-invoices"),
    path(_ONE, views.OneMembership.as_view(), name="membership"),
    path(f"{_ONE}/pay", views.Pay.as_view(), name="membership-pay"),
    path(f"{_ONE}/payment-method", views.Method.as_view(), name="membership-payment-method"),
    path(f"{_ONE}/cancel", views.Cancel.as_view(), name="membership-cancel"),
    path(f"{_ONE}/keep", views.Keep.as_view(), name="membership-keep"),
    path(f"{_ONE}/take-back", views.TakeBack.as_view(), name="membership-take-back"),
    path(f"{_ONE}/pause", views.Pause.as_view(), name="membership-pause"),
    path(f"{_ONE}/resume", views.Resume.as_view(), name="membership-resume"),
    path(f"{_ONE}/change", views.Change.as_view(), name="membership-change"),
    path(f"{_ONE}/change/preview", views.ChangePreviews.as_view(), name="membership-change-preview"),
]
