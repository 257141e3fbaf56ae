"""What this process knows of all that can be shown, and how it is kept fresh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from threading import Event, Lock
from typing import NamedTuple
from uuid import UUID

import structlog
from opening_hours import OpeningHours

from modules.ads.engine.deciding import Rules
from modules.ads.engine.prediction import PRIOR_CLICK, Model, worth
from modules.ads.engine.servable import Dish
from modules.ads.engine.snapshot import RegionNow, Snapshot
from modules.ads.engine.viewer import NO_BASKET
from modules.ads.interface import CampaignState
from modules.ads.kinds import GOODS_BITS, bits
from modules.ads.models import Arm, Campaign
from modules.ads.policies import Restriction, big_basket, floors, restrictions
from modules.ads.selectors.servables import servables
from modules.ads.selectors.venues import dishes_of, unavailable, venue_of, venues
from modules.ads.selectors.weights import learned_since
from modules.restaurants.interface import MenuDocument, RestaurantFacts
from tiffin import clock, regions
from tiffin.memory import settle
from tiffin.regions import NoRuleInForce, Region

log = structlog.get_logger(__name__)
ALL = 10**9
# What nothing is known of counts as so many impressions.
PRIOR_WEIGHT = 100


class Counted(NamedTuple):
    """How often a creative was shown and clicked."""

    shown: int
    clicked: int


UNSEEN = Counted(0, 0)


class Pace(NamedTuple):
    """How orders reckons the way to a door."""

    metres_a_minute: int
    door_minutes: int


class Keeper:
    """The snapshot of this process with what goes with it. `ready` once it was loaded."""

    def __init__(self) -> None:
        self.empty()

    def empty(self) -> None:
        """Know nothing, as in the beginning."""
        self.snapshot = Snapshot()
        self.model = Model()
        self.arms: dict[UUID, Counted] = {}
        self.gone: dict[UUID, datetime | None] = {}
        self.ready = Event()
        self._dishes: dict[UUID, tuple[Dish, ...]] = {}
        self._facts: dict[UUID, RestaurantFacts] = {}
        self._flights: defaultdict[UUID, set[UUID]] = defaultdict(set)
        self._loading = Lock()
        self._told: set[UUID] = set()
        self._reading = Lock()

    def load(self) -> None:
        """Read all that may be shown, unless it was read before."""
        with self._loading:
            if self.ready.is_set():
                return
            for venue in venues():
                self.snapshot.put_venue(venue)
            self.gone = unavailable()
            with self.snapshot.loading():
                for flight in servables():
                    self._flights[flight.campaign_id].add(flight.id)
                    self.snapshot.put_flight(flight)
            self.learn_arms()
            self.learn_clicks()
            self.refresh(most=ALL)
            settle()  # most of what this process holds was made just now, and stays
            self.ready.set()
            log.info("ads_loaded", flights=len(self.snapshot.servables))

    def refresh(self, *, most: int | None = None) -> None:
        """What of it may be shown at this moment."""
        now = clock.now()
        for item_id, until in list(self.gone.items()):
            if until is not None and until <= now:
                self.gone.pop(item_id, None)
        there = {region.code: _now_in(region, now) for region in regions.all()}
        if most is None:
            self.snapshot.refresh(now.timestamp(), there)
        else:
            self.snapshot.refresh(now.timestamp(), there, most=most)
        self._read_told()  # last: it may fail, and nothing else should for it

    def rules(self, region: Region) -> Rules:
        """The region's floors today."""
        return _rules(region, region.local(clock.now()).date())

    def pace(self, region: Region) -> Pace | None:
        """None where the region does not say."""
        day = region.local(clock.now()).date()
        return _pace(region, day)

    # --- what others tell ---------------------------------------------------------------------------

    def campaign_told(self, campaign_id: UUID) -> None:
        """It changed, or may have: it is read now, or with the next `refresh` if it can't be."""
        self._told.add(campaign_id)
        self._read_told()

    def _read_told(self) -> None:
        """One at a time, or what was read earlier might be put later."""
        with self._reading:
            told = self._told.copy()
            self._told -= told
            try:
                self.put_campaigns(told)
            except BaseException:
                self._told |= told
                raise

    def put_campaigns(self, ids: Collection[UUID]) -> None:
        """These as they stand now."""
        if not ids:
            return
        now_there: defaultdict[UUID, set[UUID]] = defaultdict(set)
        for flight in servables(ids):
            now_there[flight.campaign_id].add(flight.id)
            self.snapshot.put_flight(flight)
            self.snapshot.allowances.open(flight.campaign_id)
        for campaign_id in ids:
            for flight_id in self._flights.pop(campaign_id, set()) - now_there[campaign_id]:
                self.snapshot.remove_flight(flight_id)
            if now_there[campaign_id]:
                self._flights[campaign_id] = now_there[campaign_id]

    def put_restaurant(self, facts: RestaurantFacts) -> None:
        self._facts[facts.id] = facts
        self.snapshot.put_venue(venue_of(facts, self._dishes_of(facts.id)))

    def put_menu(self, restaurant_id: UUID, menu: MenuDocument) -> None:
        """Its dishes are named from now on; the facts that name the menu come next."""
        self._dishes[restaurant_id] = dishes_of(menu)

    def put_availability(self, item_id: UUID, *, available: bool, until: datetime | None) -> None:
        """`until` None: until said otherwise."""
        if available:
            self.gone.pop(item_id, None)
        else:
            self.gone[item_id] = until

    def learn_clicks(self) -> None:
        """What the model has learned since."""
        revision, places, known = learned_since(self.model.revision)
        if len(places):
            self.model.put(places, known)
            self.model.revision = revision

    def learn_arms(self) -> None:
        """How creatives of running campaigns did so far, and so their flights."""
        running = Campaign.objects.filter(state_name=CampaignState.APPROVED.value, ends_at__gt=clock.now())
        rows = Arm.objects.filter(creative_id__in=running.values("creatives__id"))
        found = rows.values_list("creative_id", "shown", "clicked")
        self.arms = {id: Counted(shown, clicked) for id, shown, clicked in found}
        self.snapshot.value(dict(self._worths()))

    def _worths(self) -> Iterator[tuple[UUID, float]]:
        """What an impression of flights brings that have been shown: as often clicked as so far."""
        for flight in list(self.snapshot.servables.values()):
            counted = [self.arms[each.id] for each in flight.creatives if each.id in self.arms]
            if counted and not flight.is_free:
                shown, clicked = (sum(column) for column in zip(*counted, strict=True))
                rate = (clicked + PRIOR_CLICK * PRIOR_WEIGHT) / (shown + PRIOR_WEIGHT)
                yield flight.id, worth(flight.pricing, flight.bid, rate)

    def _dishes_of(self, restaurant_id: UUID) -> tuple[Dish, ...]:
        if restaurant_id in self._dishes:
            return self._dishes[restaurant_id]
        row = self.snapshot.restaurants.get(self.snapshot.venue_row(restaurant_id))
        return row.dishes if row else ()


@lru_cache(maxsize=256)
def _rules(region: Region, day: date) -> Rules:
    return Rules.of(floors(region, on=day), big_basket(region, on=day) or NO_BASKET)


@lru_cache(maxsize=256)
def _pace(region: Region, day: date) -> Pace | None:
    try:
        a_minute = region.setting("estimates.metres_per_minute", int, on=day)
        return Pace(a_minute, region.setting("estimates.door_minutes", int, on=day))
    except NoRuleInForce:
        return None


def _now_in(region: Region, now: datetime) -> RegionNow:
    local = region.local(now)
    rows = restrictions(region, on=local.date())
    forbidden = [row.goods for row in rows if not _is_allowed(row, local)]
    return RegionNow(local.weekday() * 24 + local.hour, bits(forbidden, GOODS_BITS))


def _is_allowed(restriction: Restriction, local: datetime) -> bool:
    """Whether its goods may be advertised then."""
    return bool(restriction.hours) and _parsed(restriction.hours).is_open(local.replace(tzinfo=None))


@lru_cache(maxsize=256)
def _parsed(hours: str) -> OpeningHours:
    return OpeningHours(hours)


keeper = Keeper()
# What happened this long before a process began is told to it again.
TOLD_AGAIN = timedelta(minutes=5)
