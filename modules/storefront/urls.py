"""Our pages, at the origin's root."""

from __future__ import annotations

from django.urls import path

from modules.storefront.pages import account, checkout, claims, finding, kitchen, orders, riding

urlpatterns = [
    path("", finding.home, name="home"),
    path("favicon.ico", finding.icon),
    path("r/<slug:slug>/", finding.restaurant, name="restaurant-page"),
    path("r/<slug:slug>/price", finding.price_basket, name="basket-price"),
    path("r/<slug:slug>/checkout/", checkout.checkout, name="checkout"),
    path("r/<slug:slug>/checkout/address", checkout.keep_address, name="checkout-address"),
    path("r/<slug:slug>/checkout/quote", checkout.quote, name="checkout-quote"),
    path("r/<slug:slug>/checkout/place", checkout.place_order, name="checkout-place"),
    path("orders/", orders.orders, name="order-list"),
    path("orders/<uuid:order_id>/", orders.order, name="order-page"),
    path("orders/<uuid:order_id>/panel", orders.panel, name="order-panel"),
    path("orders/<uuid:order_id>/cancel", orders.cancel, name="order-page-cancel"),
    path("orders/<uuid:order_id>/rating", orders.rate, name="order-page-rate"),
    path("orders/<uuid:order_id>/claim", claims.claim, name="order-page-claim"),
    path("claims/<uuid:claim_id>/appeal", claims.appeal, name="claim-page-appeal"),
    path("evidence/", claims.send_photo, name="evidence-page"),
    path("evidence/<uuid:evidence_id>", claims.photo, name="evidence-page-photo"),
    path("login", account.log_in, name="page-login"),
    path("register", account.register, name="page-register"),
    path("logout", account.log_out, name="page-logout"),
    path("restaurant/", kitchen.counter, name="kitchen"),
    path("restaurant/login", account.log_in_kitchen, name="kitchen-login"),
    path("restaurant/logout", account.log_out_kitchen, name="kitchen-logout"),
    path("restaurant/tickets", kitchen.tickets, name="kitchen-tickets"),
    path("restaurant/tickets/<uuid:order_id>/accept", kitchen.accept, name="kitchen-accept"),
    path("restaurant/tickets/<uuid:order_id>/reject", kitchen.reject, name="kitchen-reject"),
    path("restaurant/tickets/<uuid:order_id>/ready", kitchen.ready, name="kitchen-ready"),
    path("restaurant/tickets/<uuid:order_id>/cancel", kitchen.cancel, name="kitchen-cancel"),
    path("restaurant/tickets/<uuid:order_id>/hand-over", kitchen.hand_over, name="kitchen-hand-over"),
    path("restaurant/<uuid:restaurant_id>/pause", kitchen.pause, name="kitchen-pause"),
    path("restaurant/<uuid:restaurant_id>/busy", kitchen.busy, name="kitchen-busy"),
    path("restaurant/<uuid:restaurant_id>/capacity", kitchen.capacity, name="kitchen-capacity"),
    path("restaurant/<uuid:restaurant_id>/menu", kitchen.menu, name="kitchen-menu"),
    path(
        "restaurant/<uuid:restaurant_id>/items/<uuid:item_id>",
        kitchen.availability,
        name="kitchen-availability",
    ),
    path("courier/", riding.road, name="courier"),
    path("courier/login", account.log_in_courier, name="courier-login"),
    path("courier/logout", account.log_out_courier, name="courier-logout"),
    path("courier/panel", riding.panel, name="courier-panel"),
    path("courier/shift/start", riding.start_shift, name="courier-start"),
    path("courier/shift/end", riding.end_shift, name="courier-end"),
    path("courier/report", riding.report, name="courier-report"),
    path("courier/offers/<uuid:offer_id>/accept", riding.accept, name="courier-page-accept"),
    path("courier/offers/<uuid:offer_id>/pass", riding.leave_it, name="courier-page-pass"),
    path("courier/deliveries/<uuid:order_id>/give-back", riding.give_back, name="courier-page-give-back"),
    path("courier/deliveries/<uuid:order_id>/pick-up", riding.pick_up, name="courier-page-pick-up"),
    path(
        "courier/deliveries/<uuid:order_id>/refuse-at-door", riding.refuse_at_door, name="courier-page-refuse"
    ),
    path("courier/deliveries/<uuid:order_id>/drop-off", riding.drop_off, name="courier-page-drop-off"),
]
