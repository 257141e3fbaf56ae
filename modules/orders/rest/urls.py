"""Quotes and orders under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.orders.rest import evidence, receipts, views
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
    path("orders/<uuid:order_id>/receipts", receipts.Receipts.as_view(), name="order-receipts"),
    path(
        "orders/<uuid:order_id>/receipts/<uuid:receipt_id>/page",
        receipts.PrintedReceipt.as_view(),
        name="order-receipt",
    ),
    path("claims/<uuid:claim_id>/appeal", evidence.Appeals.as_view(), name="claim-appeal"),
    path("evidence", evidence.Evidence.as_view(), name="evidence"),
    path("evidence/<uuid:evidence_id>", evidence.Photo.as_view(), name="evidence-photo"),
    path("orders/<uuid:order_id>/progress", views.OrderProgress.as_view(), name="order-progress"),
    path("orders/<uuid:order_id>/stream", stream, name="order-stream"),
]
