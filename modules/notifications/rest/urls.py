"""`/api/v1/notifications/…` for customers."""

from __future__ import annotations

from django.urls import path

from modules.notifications.rest import views

urlpatterns = [
    path("notifications/preferences", views.Preferences.as_view(), name="notification-preferences"),
    path("notifications/browsers", views.Browsers.as_view(), name="notification-browsers"),
    path("notifications/browsers/<uuid:browser_id>", views.OneBrowser.as_view(), name="notification-browser"),
    path("notifications/webhooks", views.Webhooks.as_view(), name="notification-webhooks"),
    path("notifications/webhooks/<uuid:webhook_id>", views.OneWebhook.as_view(), name="notification-webhook"),
]
