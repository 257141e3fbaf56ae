"""Quotes and orders under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.orders.rest import views
from modules.orders.rest.stream import stream

urlpatterns = [
    path("quotes", views.Quotes.as_view(), name="quotes"),
    path("slots", views.Slots.as_view(), name="slots"),
    path("orders", views.Orders.as_view(), name="orders"),
    path("orders/<uuid:order_id>", views.OneOrder.as_view(), name="order"),
    path("orders/<uuid:order_id>/timeline", views.Timeline.as_view(), name="order-timeline"),
    path("orders/<uuid:order_id>/cancel", views.Cancellation.as_view(), name="order-cancel"),
    path("orders/<uuid:order_id>/reorder", views.Again.as_view(), name="order-again"),
    path("orders/<uuid:order_id>/rating", views.Ratings.as_view(), name="order-rating"),
    path("orders/<uuid:order_id>/claims", views.Claims.as_view(), name="order-claims"),
    path("orders/<uuid:order_id>/progress", views.OrderProgress.as_view(), name="order-progress"),
    path("orders/<uuid:order_id>/stream", stream, name="order-stream"),
]
