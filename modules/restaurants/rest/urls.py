"""`/api/v1/restaurants` is for anybody, `/api/v1/restaurant` for the people of one."""

from __future__ import annotations

from django.urls import path

from modules.restaurants.rest import browsing, counter, deliverect, menus, vendors

urlpatterns = [
    path("restaurants", browsing.RestaurantList.as_view(), name="restaurants"),
    path("restaurants/<uuid:restaurant_id>", browsing.RestaurantDetail.as_view(), name="restaurant"),
    path("restaurants/<uuid:restaurant_id>/menu", browsing.Menu.as_view(), name="restaurant-menu"),
    path(
        "restaurants/<uuid:restaurant_id>/picture.svg", browsing.restaurant_picture, name="restaurant-picture"
    ),
    path("pictures/<slug:name>.svg", browsing.dish_picture, name="picture"),
    path("restaurant/restaurants", counter.Mine.as_view(), name="my-restaurants"),
    path("restaurant/tickets", counter.Tickets.as_view(), name="tickets"),
    path("restaurant/tickets/<uuid:order_id>", counter.OneTicket.as_view(), name="ticket"),
    path("restaurant/tickets/<uuid:order_id>/accept", counter.Accept.as_view(), name="ticket-accept"),
    path("restaurant/tickets/<uuid:order_id>/reject", counter.Reject.as_view(), name="ticket-reject"),
    path(
        "restaurant/tickets/<uuid:order_id>/preparing", counter.Preparing.as_view(), name="ticket-preparing"
    ),
    path("restaurant/tickets/<uuid:order_id>/ready", counter.Ready.as_view(), name="ticket-ready"),
    path("restaurant/tickets/<uuid:order_id>/delay", counter.Delay.as_view(), name="ticket-delay"),
    path("restaurant/tickets/<uuid:order_id>/cancel", counter.Cancel.as_view(), name="ticket-cancel"),
    path("restaurant/tickets/<uuid:order_id>/hand-over", counter.HandOver.as_view(), name="ticket-hand-over"),
    path("restaurant/items/<uuid:item_id>/availability", counter.Availability.as_view(), name="availability"),
    path("deliverect/<slug:topic>", deliverect.Messages.as_view(), name="deliverect"),
    path("restaurant/menu/previews", menus.Previews.as_view(), name="menu-previews"),
    path("restaurant/menu/previews/<uuid:preview_id>", menus.OnePreview.as_view(), name="menu-preview"),
    path(
        "restaurant/menu/previews/<uuid:preview_id>/publish",
        menus.PublishPreview.as_view(),
        name="menu-preview-publish",
    ),
    path("restaurant/menu/versions", menus.Versions.as_view(), name="menu-versions"),
    path("restaurant/menu/versions/<str:version>", menus.CompareVersions.as_view(), name="menu-version"),
    path(
        "restaurant/menu/versions/<str:version>/publish",
        menus.PublishVersion.as_view(),
        name="menu-version-publish",
    ),
    path("restaurant/connections", vendors.Connections.as_view(), name="connections"),
    path("restaurant/connections/<uuid:connection_id>", vendors.Connection.as_view(), name="connection"),
    path(
        "restaurant/connections/<uuid:connection_id>/secret",
        vendors.Secret.as_view(),
        name="connection-secret",
    ),
    path("restaurant/connections/<uuid:connection_id>/test", vendors.Trial.as_view(), name="connection-test"),
    path(
        "restaurant/connections/<uuid:connection_id>/deliveries",
        vendors.Deliveries.as_view(),
        name="connection-deliveries",
    ),
    path(
        "restaurant/connections/<uuid:connection_id>/deliveries/<uuid:event_id>/replay",
        vendors.Replay.as_view(),
        name="delivery-replay",
    ),
    path(
        "restaurant/connections/<uuid:connection_id>/events", vendors.Feed.as_view(), name="connection-events"
    ),
    path(
        "restaurant/connections/<uuid:connection_id>/acknowledge",
        vendors.Acknowledge.as_view(),
        name="connection-acknowledge",
    ),
    path("restaurant/busy", counter.Busy.as_view(), name="restaurant-busy"),
    path("restaurant/working", counter.WorkingHabits.as_view(), name="restaurant-working"),
    path("restaurant/capacity", counter.Capacity.as_view(), name="restaurant-capacity"),
    path("restaurant/pause", counter.Pause.as_view(), name="pause"),
    path("restaurant/resume", counter.Resume.as_view(), name="resume"),
]
