"""A page view becomes ads: who looks is read, the engine decides, creatives are chosen and filled, and what
was decided is written down a moment later."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np

from modules.ads.engine import deciding as engine
from modules.ads.engine.cells import cell_of
from modules.ads.engine.choosing import FLOOR, choose
from modules.ads.engine.columns import NONE
from modules.ads.engine.deciding import Look, Placed, Served, Won
from modules.ads.engine.features import FAR, OTHER, Scene
from modules.ads.engine.filling import Filled as Text
from modules.ads.engine.filling import Reader, fill
from modules.ads.engine.servable import Creative, Servable, Venue
from modules.ads.engine.viewer import Viewer
from modules.ads.engine.words import words_of
from modules.ads.flags import CREATIVES, RANKING
from modules.ads.interface import (
    MOST_SLOTS,
    Ad,
    Decision,
    Filled,
    NoFill,
    PageView,
    Place,
    Placement,
    TooManySlots,
)
from modules.ads.selectors.viewers import viewer_of
from modules.ads.services import offers, writing
from modules.ads.services.keeping import UNSEEN, Keeper, keeper
from modules.ads.services.leasing import lease_at_once
from modules.ads.services.offers import Offer
from modules.ads.services.reasons import in_words, reasons_of
from tiffin import clock, flags, ids, regions
from tiffin.flags import Seeing, Subject
from tiffin.regions import Region

CLICKS = "/api/v1/ads/clicks/"
_random = np.random.default_rng()
ALL_ALIKE = 1.0


def decide(view: PageView, places: Sequence[Place], kept: Keeper = keeper) -> Decision:
    """Raises TooManySlots, UnknownRegion. By what this process keeps, but for whoever plays several."""
    began = time.perf_counter()
    _check(places)
    region, now = regions.get(view.region), clock.now()
    decision_id = ids.new_id()
    if not kept.ready.is_set():
        nothing = [_nothing(each, NoFill.NOT_READY) for each in places]
        writing.note(writing.Made(decision_id, now, region.code, None, view, nothing, {}, 0.0))
        return _empty(decision_id, places, now, NoFill.NOT_READY)
    viewer = viewer_of(view, now)
    if not viewer.by_email and all(each.placement is Placement.EMAIL for each in places):
        return _empty(decision_id, places, now, NoFill.NOT_AGREED)  # most e-mails: nobody was to see anything
    scene = _scene(kept, view, viewer, region, now)
    seeing = flags.of(_subject(view, viewer))
    look = Look(viewer, scene, now.timestamp(), seeing.read(RANKING) == "relevant")
    placed = _placed(kept, region, look, places)
    made = _Making(kept, view, region, viewer, decision_id, seeing)
    decision = Decision(
        id=decision_id,
        places=tuple(made.filled(each) for each in placed),
        expires_at=now + offers.life_of(*(each.placement for each in places)),
    )
    took = time.perf_counter() - began
    writing.note(
        writing.Made(
            decision_id, now, region.code, viewer.key, view, placed, made.chosen, took, viewer.is_measured
        )
    )
    return decision


def _subject(view: PageView, viewer: Viewer) -> Subject:
    """Of whom nothing is kept, nobody is tried anything on."""
    device_id = view.device_id if viewer.is_known and view.customer_id is None else None
    return Subject(region=view.region, customer_id=view.customer_id, device_id=device_id)


def _check(places: Sequence[Place]) -> None:
    wanted = [place.placement for place in places]
    sizes = [place.slots for place in places]
    if len(set(wanted)) < len(wanted) or sum(sizes) > MOST_SLOTS or min(sizes, default=1) < 1:
        raise TooManySlots(most=MOST_SLOTS)


def _empty(decision_id: UUID, places: Sequence[Place], now: datetime, why: NoFill) -> Decision:
    nothing = tuple(Filled(placement=each.placement, ads=(), no_fill=why) for each in places)
    return Decision(id=decision_id, places=nothing, expires_at=now)


def _scene(kept: Keeper, view: PageView, viewer: Viewer, region: Region, now: datetime) -> Scene:
    local = region.local(now)
    snapshot, point = kept.snapshot, view.point
    city = view.city or ("" if point else _last_city(kept, viewer, region))
    restaurant = snapshot.restaurants.get(snapshot.venue_row(view.restaurant_id))
    cuisine = view.cuisine or (restaurant.cuisine if restaurant else "")
    return Scene(
        region=snapshot.regions.known(region.code),
        hour=local.weekday() * 24 + local.hour,
        lat=point.lat if point else None,
        lon=point.lon if point else None,
        cell=cell_of(point.lat, point.lon) if point else NONE,
        city=city,
        words=words_of(view.text) if view.text else (),
        cuisine=_numbered(kept, cuisine),
        venue=snapshot.venue_row(view.restaurant_id),
        adult=view.adult,
    )


def _numbered(kept: Keeper, cuisine: str) -> int:
    number = kept.snapshot.cuisines.known(cuisine)
    return OTHER if cuisine and number == NONE else number


def _last_city(kept: Keeper, viewer: Viewer, region: Region) -> str:
    """Where they ordered last, of whom no more is known than what they agreed to."""
    venues = viewer.habits.venues
    last = kept.snapshot.restaurants.get(
        kept.snapshot.venue_row(max(venues, key=venues.__getitem__, default=None))
    )
    return last.city if last and last.region == region.code else ""


def _placed(kept: Keeper, region: Region, look: Look, places: Sequence[Place]) -> list[Placed]:
    """What the engine says of the places where they agree to see ads."""
    agreed = [place for place in places if place.placement is not Placement.EMAIL or look.viewer.by_email]
    of_place = {each.placement: each for each in _decided(kept, region, look, agreed)}
    return [of_place.get(each.placement) or _nothing(each, NoFill.NOT_AGREED) for each in places]


def _nothing(place: Place, why: NoFill) -> Placed:
    return Placed(place.placement, place.slots, [], {}, {}, [], why)


def _decided(kept: Keeper, region: Region, look: Look, places: Sequence[Place]) -> list[Placed]:
    """Once more, where slots stayed empty for want of money that may be had."""
    wanted = [(place.placement, place.slots) for place in places]
    served = Served(kept.snapshot, kept.model, kept.rules(region))
    placed = engine.decide(served, look, wanted)
    if any(len(each.won) < each.slots and "allowance" in each.skipped for each in placed):
        _take_back(kept, placed)
        lease_at_once(kept.snapshot.allowances)
        placed = engine.decide(served, look, wanted)
    return placed


def _take_back(kept: Keeper, placed: Sequence[Placed]) -> None:
    for won in (won for each in placed for won in each.won):
        if won.promised:
            kept.snapshot.allowances.give_back(won.flight.campaign_id, won.promised)


class _Making:
    """The ads of one decision being made; `chosen` are their creatives by the number of the
    winner on the page."""

    def __init__(
        self,
        kept: Keeper,
        view: PageView,
        region: Region,
        viewer: Viewer,
        decision_id: UUID,
        seeing: Seeing,
    ) -> None:
        self.kept, self.view, self.region, self.viewer, self.seeing = kept, view, region, viewer, seeing
        self.decision_id, self.now = decision_id, clock.now().timestamp()
        self.language = view.language or region.languages[0]
        self.pace = kept.pace(region)
        self.chosen: dict[int, UUID] = {}
        self.next_slot = 0

    def filled(self, placed: Placed) -> Filled:
        ads = tuple(ad for won in placed.won if (ad := self._ad(placed, won)) is not None)
        return Filled(placement=placed.placement, ads=ads, no_fill=placed.no_fill)

    def _ad(self, placed: Placed, won: Won) -> Ad | None:
        """None where its creatives name what cannot be had now."""
        flight = won.flight
        number = self.next_slot
        self.next_slot += 1
        venue = self.kept.snapshot.restaurants.get(self.kept.snapshot.venue_row(flight.venue))
        found = self._creative(flight, venue, won)
        if found is None:
            self.kept.snapshot.allowances.give_back(flight.campaign_id, won.promised)
            return None
        creative, text = found
        reasons = reasons_of(self.view, self.viewer, won)
        self.chosen[number] = creative.id
        token = offers.sign(self._offer(placed, won, creative, venue, number))
        return Ad(
            slot=won.slot,
            token=token,
            click=CLICKS + token,
            kind=flight.kind,
            advertiser=flight.advertiser,
            headline=text.headline,
            text=text.text,
            picture=text.picture,
            why=in_words(reasons, flight, venue, language=self.language, text=self.view.text),
            reasons=reasons,
            restaurant_id=flight.venue,
            restaurant_slug=venue.slug if venue else "",
            charged=not flight.is_free,
        )

    def _creative(self, flight: Servable, venue: Venue | None, won: Won) -> tuple[Creative, Text] | None:
        """One of those that can be filled now."""
        reader = Reader(self.language, self._minutes(venue, won.metres), self.kept.gone, self.now)
        left = list(flight.creatives)
        floor = ALL_ALIKE if len(left) > 1 and self.seeing.read(CREATIVES) == "even" else FLOOR
        while left:
            counted = [self.kept.arms.get(creative.id, UNSEEN) for creative in left]
            creative = left.pop(choose(counted, _random, floor))
            text = fill(creative, venue, reader)
            if text is not None:
                return creative, text
        return None

    def _minutes(self, venue: Venue | None, metres: float) -> int | None:
        """From the kitchen to this door, as orders reckons it; None where it is not known which door."""
        if venue is None or metres >= FAR or self.pace is None:
            return None
        return venue.preparation_minutes + round(metres / self.pace.metres_a_minute) + self.pace.door_minutes

    def _offer(self, placed: Placed, won: Won, creative: Creative, venue: Venue | None, number: int) -> Offer:
        flight = won.flight
        return Offer(
            decision_id=self.decision_id,
            slot=number,
            region=self.region.code,
            placement=placed.placement,
            advertiser_id=flight.advertiser_id,
            campaign_id=flight.campaign_id,
            flight_id=flight.id,
            creative_id=creative.id,
            restaurant_id=flight.venue,
            viewer_id=self.viewer.key,
            is_customer=self.viewer.key is not None and self.view.customer_id is not None,
            pricing=flight.pricing,
            price=won.price,
            cap=flight.cap,
            cap_hours=flight.cap_hours,
            landing=flight.landing or (f"/r/{venue.slug}/" if venue else "/"),
        )
