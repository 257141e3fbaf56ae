"""`/api/v1/auth/…` for everybody who logs in, `/api/v1/me/…` for customers."""

from __future__ import annotations

from django.urls import path

from modules.identity.rest import logging_in, views

urlpatterns = [
    path("auth/signup", logging_in.SignUp.as_view(), name="signup"),
    path("auth/login", logging_in.LogIn.as_view(), name="login"),
    path("auth/session", logging_in.Session.as_view(), name="session"),
    path("auth/refresh", logging_in.Refresh.as_view(), name="refresh"),
    path("me", views.Me.as_view(), name="me"),
    path("me/export", views.Export.as_view(), name="me-export"),
    path("me/addresses", views.Addresses.as_view(), name="me-addresses"),
    path("me/addresses/<uuid:address_id>", views.OneAddress.as_view(), name="me-address"),
]
