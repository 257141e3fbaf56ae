"""`/api/v1/auth/…` is django-allauth's headless API for apps, in its own wire format (see
docs/explanation/personal-data.md); `/api/v1/me/…` is ours. Only what needs no e-mail is published."""

from __future__ import annotations

from allauth.headless.account.views import LoginView, SessionView, SignupView
from allauth.headless.constants import Client
from allauth.headless.tokens.views import RefreshTokenView
from django.urls import path

from modules.identity.rest import views

urlpatterns = [
    path("auth/signup", SignupView.as_api_view(client=Client.APP), name="signup"),
    path("auth/login", LoginView.as_api_view(client=Client.APP), name="login"),
    path("auth/session", SessionView.as_api_view(client=Client.APP), name="session"),
    path("auth/refresh", RefreshTokenView.as_api_view(client=Client.APP), name="refresh"),
    path("me", views.Me.as_view(), name="me"),
    path("me/export", views.Export.as_view(), name="me-export"),
    path("me/addresses", views.Addresses.as_view(), name="me-addresses"),
    path("me/addresses/<uuid:address_id>", views.OneAddress.as_view(), name="me-address"),
]
