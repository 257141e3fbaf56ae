"""Payments under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.payments.rest import methods, views, webhooks

urlpatterns = [
    path("payments/<uuid:payment_id>", views.OnePayment.as_view(), name="payment"),
    path("me/payment-methods", methods.KeptMethods.as_view(), name="kept-methods"),
    path("me/payment-methods/<uuid:method_id>", methods.OneKeptMethod.as_view(), name="kept-method"),
    path("webhooks/stripe", webhooks.Stripe.as_view(), name="webhook-stripe"),
    path("webhooks/adyen", webhooks.Adyen.as_view(), name="webhook-adyen"),
    path("payment-methods", views.Methods.as_view(), name="payment-methods"),
]
