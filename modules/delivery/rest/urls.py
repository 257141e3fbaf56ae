"""Couriers' work, and what their customers say at the door, under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.delivery.rest import views

urlpatterns = [
    path("courier/shift", views.Shift.as_view(), name="courier-shift"),
    path("courier/position", views.Whereabouts.as_view(), name="courier-position"),
    path("courier/offers", views.Offers.as_view(), name="courier-offers"),
    path("courier/offers/<uuid:offer_id>/accept", views.AcceptOffer.as_view(), name="courier-accept"),
    path("courier/offers/<uuid:offer_id>/pass", views.PassOffer.as_view(), name="courier-pass"),
    path("courier/deliveries", views.Deliveries.as_view(), name="courier-deliveries"),
    path("courier/deliveries/<uuid:order_id>/give-back", views.GiveBack.as_view(), name="courier-give-back"),
    path("courier/deliveries/<uuid:order_id>/pick-up", views.PickUp.as_view(), name="courier-pick-up"),
    path(
        "courier/deliveries/<uuid:order_id>/refuse-at-door",
        views.RefuseAtDoor.as_view(),
        name="courier-refuse-at-door",
    ),
    path("courier/deliveries/<uuid:order_id>/drop-off", views.DropOff.as_view(), name="courier-drop-off"),
    path("orders/<uuid:order_id>/handover", views.MyHandover.as_view(), name="order-handover"),
]
