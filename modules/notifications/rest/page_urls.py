"""Where the links in e-mails lead."""

from __future__ import annotations

from django.urls import path

from modules.notifications.rest import pages

urlpatterns = [path("unsubscribe/<str:token>", pages.unsubscribe, name="unsubscribe")]
