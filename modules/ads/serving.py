"""What runs beside requests, so that decisions know what can be shown."""

from __future__ import annotations

from datetime import timedelta

from modules.ads.events import CampaignChanged
from modules.ads.services import leasing, writing
from modules.ads.services.keeping import TOLD_AGAIN, keeper
from modules.restaurants.events import (
    AvailabilityChanged,
    MenuPublished,
    RestaurantChanged,
    RestaurantPublished,
)
from tiffin import serving
from tiffin.log import Recorded


@serving.repeat("ads-refresh", pause=timedelta(milliseconds=250))
def refresh() -> None:
    """Load once, then keep up with the time."""
    keeper.load()
    keeper.refresh()


@serving.repeat("ads-lease", pause=timedelta(milliseconds=500))
def lease() -> None:
    keeper.ready.wait()
    while leasing.lease(keeper.snapshot.allowances):
        pass


@serving.repeat("ads-write", pause=timedelta(milliseconds=250))
def write() -> None:
    while writing.write():
        pass


@serving.repeat("ads-arms", pause=timedelta(seconds=10))
def learn_arms() -> None:
    keeper.ready.wait()
    keeper.learn_arms()


@serving.repeat("ads-clicks", pause=timedelta(seconds=2))
def learn_clicks() -> None:
    keeper.ready.wait()
    keeper.learn_clicks()


@serving.follow(RestaurantPublished, RestaurantChanged, MenuPublished, AvailabilityChanged, since=TOLD_AGAIN)
def restaurant_told(record: Recorded) -> None:
    """Whatever was told while it was loaded is told again, in order: the last one stands."""
    keeper.ready.wait()
    event = record.decode()
    if isinstance(event, RestaurantPublished | RestaurantChanged):
        keeper.put_restaurant(event.restaurant)
    elif isinstance(event, MenuPublished):
        keeper.put_menu(event.restaurant_id, event.document)
    elif isinstance(event, AvailabilityChanged):
        keeper.put_availability(event.item_id, available=event.available, until=event.until)


@serving.follow(CampaignChanged, since=TOLD_AGAIN)
def campaign_told(record: Recorded) -> None:
    keeper.ready.wait()
    event = record.decode()
    if isinstance(event, CampaignChanged):
        keeper.campaign_told(event.campaign_id)
