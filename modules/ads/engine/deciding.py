"""From a page view to ads: who may be shown, in which order, at which price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np
from shapely import Point

from modules.ads.engine import auction
from modules.ads.engine.auction import Scores
from modules.ads.engine.columns import NONE, Bools, Ints, Rows
from modules.ads.engine.features import Affinities, Scene, affinities, features, ordered_at
from modules.ads.engine.holding_out import is_held_out
from modules.ads.engine.prediction import Features, Model
from modules.ads.engine.servable import Servable
from modules.ads.engine.snapshot import (
    CUSTOMERS_CODES,
    MEMBERS_CODES,
    PLACEMENT_BITS,
    PRICING_CODES,
    Snapshot,
)
from modules.ads.engine.viewer import NO_BASKET, Viewer
from modules.ads.interface import NoFill, Placement, Pricing
from modules.ads.kinds import LAPSED_AFTER_DAYS, Customers, Members

# Of more candidates than that, those whose impressions bring most are looked at.
LOOKED_AT = 384
# Of so many of one place, as many may be of one cuisine.
_SAME_CUISINE = 2
_VARIED_FROM = 3
# What somebody often orders is at least this share of all.
_OFTEN = 0.2
MOST_BEATEN = 8


class Rules(NamedTuple):
    """The floors of a region (micros), by placement those of each pricing by its code; and from how much on
    (minor units) a basket is big."""

    floors: Mapping[int, Ints]
    big_basket: int = NO_BASKET

    @classmethod
    def of(cls, floors: Mapping[Placement, Mapping[Pricing, int]], big_basket: int = NO_BASKET) -> Rules:
        """Placements and pricings that are not named have none."""
        return cls(
            {
                PLACEMENT_BITS[placement]: np.array(
                    [floors.get(placement, {}).get(pricing, 0) for pricing in PRICING_CODES], np.int64
                )
                for placement in PLACEMENT_BITS
            },
            big_basket,
        )


class Won(NamedTuple):
    """A slot's winner. `price` is what is paid per paid event, `promised` what of the campaign's allowance is
    promised; `clicks`, `weight` and `score` as the auction had them, `features` as for the first slot."""

    flight: Servable
    slot: int
    price: int
    promised: int
    clicks: int
    weight: int
    score: int
    features: Features
    likes: float
    days: int
    metres: float


class Beaten(NamedTuple):
    """A flight that was ranked, and why it did not win."""

    flight: Servable
    why: str
    score: int


class Placed(NamedTuple):
    """What came of one place: winners by slot; how many candidates were left after each step; what was
    skipped at the end, by reason, and the best of those; why slots stayed empty; and who would have won, but
    the viewer is held out."""

    placement: Placement
    slots: int
    won: list[Won]
    left: dict[str, int]
    skipped: dict[str, int]
    beaten: list[Beaten]
    no_fill: NoFill | None
    ghosts: Sequence[Servable] = ()


class _Candidates(NamedTuple):
    """The candidates of one place with all that ranks them."""

    rows: Rows
    given: Affinities
    found: Features
    scores: Scores


class Served(NamedTuple):
    """What there is to show, and by what it is ranked."""

    snapshot: Snapshot
    model: Model
    rules: Rules


class Look(NamedTuple):
    """Who looks at what, and when (seconds since 1970). `by_relevance`: what an ad has to do with the viewer
    counts."""

    viewer: Viewer
    scene: Scene
    now: float
    by_relevance: bool = True


class _Winner(NamedTuple):
    """Who has a slot, at which position of the candidates, and what was promised for it."""

    flight: Servable
    position: int
    slot: int
    promised: int


def decide(served: Served, look: Look, places: Sequence[tuple[Placement, int]]) -> list[Placed]:
    """The winners for these places of one page, in their order: an advertiser wins once on it."""
    if served.snapshot.is_empty:
        return [Placed(place, slots, [], {}, {}, [], NoFill.NOTHING_LIVE) for place, slots in places]
    near = _near(served.snapshot, look.scene)
    on_page: set[UUID] = set()
    return [_Filling(served, look, on_page).fill(placement, slots, near) for placement, slots in places]


def _near(snapshot: Snapshot, scene: Scene) -> Rows:
    if scene.cell == NONE:
        return snapshot.index.within(scene.region, scene.city)
    city = scene.city or snapshot.city_at(scene.region, scene.cell)
    return snapshot.index.at(scene.region, scene.cell, city)


class _Filling:
    """One place being filled."""

    def __init__(self, served: Served, look: Look, on_page: set[UUID]) -> None:
        self.snapshot, self.model, self.rules = served
        self.viewer, self.scene, self.now, self.by_relevance = look
        self.on_page = on_page
        lat, lon = self.scene.lat, self.scene.lon
        self.point = None if lat is None or lon is None else Point(lon, lat)
        self.left: dict[str, int] = {}
        self.skipped: dict[str, int] = {}
        self.beaten: list[Beaten] = []
        self.ghosts: list[Servable] = []

    def fill(self, placement: Placement, slots: int, near: Rows) -> Placed:
        rows = self._fitting(placement, near)
        won = self._award(placement, slots, self._ranked(placement, rows)) if len(rows) else []
        no_fill = None
        if len(won) < slots:
            no_fill = NoFill.NOTHING_ELIGIBLE if len(near) else NoFill.NOTHING_LIVE
        return Placed(placement, slots, won, self.left, self.skipped, self.beaten, no_fill, self.ghosts)

    # --- filters ------------------------------------------------------------------------------------

    def _fitting(self, placement: Placement, near: Rows) -> Rows:
        """Rows of flights that may be shown here, now, to this viewer."""
        flights = self.snapshot.flights
        rows = self._kept("near", near)
        rows = self._kept("live", rows[flights.live[rows]])
        rows = self._kept("placement", rows[(flights.placements[rows] & PLACEMENT_BITS[placement]) != 0])
        if self.scene.words and placement is Placement.SEARCH_LISTING:
            said = self.snapshot.index.saying(self.scene.words)
            rows = self._kept("searched", rows[np.isin(rows, said)])
        if placement is Placement.MENU_BANNER:  # no restaurant stands on another's menu
            venue = flights.venue[rows]
            rows = self._kept("not_on_others_menu", rows[(venue == NONE) | (venue == self.scene.venue)])
        if placement is Placement.CATEGORY_LISTING and self.scene.cuisine != NONE:
            cuisine = flights.cuisine[rows]
            rows = self._kept("cuisine", rows[(cuisine == NONE) | (cuisine == self.scene.cuisine)])
        rows = self._kept("viewer", rows[self._meant_for_viewer(rows)])
        return self._kept("floor", rows[self._above_floor(placement, rows)])

    def _kept(self, step: str, rows: Rows) -> Rows:
        self.left[step] = len(rows)
        return rows

    def _meant_for_viewer(self, rows: Rows) -> Bools:
        flights, viewer = self.snapshot.flights, self.viewer
        members = MEMBERS_CODES[Members.MEMBERS if viewer.is_member else Members.OTHERS]
        meant: Bools = (flights.members[rows] == MEMBERS_CODES[Members.ANY]) | (
            flights.members[rows] == members
        )
        segments = flights.segments[rows]
        meant &= (segments == 0) | ((segments & viewer.segments(self.rules.big_basket)) != 0)
        if not self.scene.adult:
            meant &= ~flights.for_adults[rows]
        if not viewer.is_known:
            meant &= (flights.cap[rows] == 0) | flights.to_unknown[rows]
        customers = flights.customers[rows].astype(np.int64)
        if customers.any():
            meant &= (customers == CUSTOMERS_CODES[Customers.ANY]) | self._stands_so(rows, customers)
        return meant

    def _stands_so(self, rows: Rows, customers: Ints) -> Bools:
        """Who is no new and no lapsed customer of these; nobody can tell of whom nothing may be used."""
        if not self.viewer.is_personal:
            return np.zeros(len(rows), np.bool_)
        venue = self.snapshot.flights.venue[rows]
        anywhere = self.viewer.days_since_order(None, self.now)
        days = np.where(venue == NONE, NONE if anywhere is None else anywhere, NONE)
        for row, since in ordered_at(self.snapshot, self.viewer, self.now).items():
            days[venue == row] = since
        new = (customers == CUSTOMERS_CODES[Customers.NEW]) & (days == NONE)
        lapsed = (customers == CUSTOMERS_CODES[Customers.LAPSED]) & (days >= LAPSED_AFTER_DAYS)
        found: Bools = new | lapsed
        return found

    def _above_floor(self, placement: Placement, rows: Rows) -> Bools:
        flights = self.snapshot.flights
        floors = self.rules.floors[PLACEMENT_BITS[placement]]
        above: Bools = flights.free[rows] | (flights.bid[rows] >= floors[flights.pricing[rows]])
        return above

    # --- rank ---------------------------------------------------------------------------------------

    def _ranked(self, placement: Placement, rows: Rows) -> _Candidates:
        flights = self.snapshot.flights
        if len(rows) > LOOKED_AT:
            worth = flights.worth[rows]
            rows = rows[np.argpartition(worth, len(rows) - LOOKED_AT)[-LOOKED_AT:]]
            self._kept("looked_at", rows)
        given = affinities(self.snapshot, rows, self.viewer, self.scene, self.now)
        found = features(self.snapshot, rows, placement, self.scene, self.viewer, given)
        scores = auction.score(
            flights.pricing[rows].astype(np.int64),
            flights.bid[rows],
            flights.quality[rows],
            self.model.clicks(found),
            auction.relevance(given) if self.by_relevance else np.ones(len(rows)),
        )
        order = auction.in_order(scores)
        return _Candidates(rows[order], given.at(order), found[order], scores.at(order))

    # --- award --------------------------------------------------------------------------------------

    def _award(self, placement: Placement, slots: int, ranked: _Candidates) -> list[Won]:
        """The best first; each pays by the score of the next that could have had the slot."""
        won: list[Won] = []
        waits: _Winner | None = None  # the last winner, whose price depends on the next score
        of_cuisine: dict[int, int] = {}
        rows, scores, paid = ranked.rows.tolist(), ranked.scores.score.tolist(), ranked.scores.paid.tolist()
        for position, row in enumerate(rows):
            flight = self.snapshot.servables.get(row)
            if flight is None:
                continue
            promised = auction.expected(flight.bid, paid[position])
            why = self._refusal(row, flight) or self._take(flight, promised)
            if why:
                self._skip(why, flight, scores[position])
                continue
            if self._is_held_out(flight):  # and prices nobody: it is not there for them
                self._leave(flight, promised)
                if len(won) + (waits is not None) < slots and not self._too_alike(row, slots, of_cuisine):
                    self.ghosts.append(flight)
                    self._skip("holdout", flight, scores[position])
                continue
            if waits is not None:
                won.append(self._won(placement, ranked, waits, scores[position]))
                waits = None
            why = "rank" if len(won) == slots else self._alike(row, slots, of_cuisine)
            if why:
                self._leave(flight, promised)
                self._skip(why, flight, scores[position])
                if len(won) == slots:
                    break
                continue
            waits = _Winner(flight, position, len(won), promised)
            self.on_page.add(flight.advertiser_id)
        if waits is not None:
            won.append(self._won(placement, ranked, waits, 0))
        return won

    def _skip(self, why: str, flight: Servable, score: int) -> None:
        self.skipped[why] = self.skipped.get(why, 0) + 1
        if len(self.beaten) < MOST_BEATEN:
            self.beaten.append(Beaten(flight, why, score))

    def _refusal(self, row: int, flight: Servable) -> str | None:
        """What columns cannot say, or only nearly: exactly here, exactly now, not seen too often."""
        if not flight.starts <= self.now < flight.ends:
            return "dates"
        if flight.advertiser_id in self.on_page:
            return "advertiser_on_page"
        if flight.cuisines and not self._about_one_of(flight.cuisines):
            return "cuisine"
        if flight.cap and self._seen_enough(flight):
            return "cap"
        if self.point is not None and not self.snapshot.covers(row, self.point):
            return "not_to_this_address"
        return None

    def _about_one_of(self, cuisines: Sequence[str]) -> bool:
        """Whether the page is about one of them, or whoever looks often orders it."""
        known = self.snapshot.cuisines.known
        return any(
            known(name) == self.scene.cuisine != NONE or self.viewer.likes(name) >= _OFTEN
            for name in cuisines
        )

    def _seen_enough(self, flight: Servable) -> bool:
        return self.viewer.times_seen(flight.campaign_id, flight.cap_hours, self.now) >= flight.cap

    def _take(self, flight: Servable, promised: int) -> str | None:
        """Promise the money that this may cost; why not, if the campaign has none here."""
        if flight.is_free or self.snapshot.allowances.take(flight.campaign_id, promised):
            return None
        return "allowance"

    def _leave(self, flight: Servable, promised: int) -> None:
        if not flight.is_free:
            self.snapshot.allowances.give_back(flight.campaign_id, promised)

    def _is_held_out(self, flight: Servable) -> bool:
        viewer = self.viewer
        return bool(flight.holdout and viewer.is_measured) and is_held_out(
            viewer.key, flight.campaign_id, flight.holdout
        )

    def _too_alike(self, row: int, slots: int, of_cuisine: Mapping[int, int]) -> bool:
        cuisine = int(self.snapshot.flights.cuisine[row])
        if slots < _VARIED_FROM or cuisine in (NONE, self.scene.cuisine):  # a page may be about it
            return False
        return of_cuisine.get(cuisine, 0) >= _SAME_CUISINE

    def _alike(self, row: int, slots: int, of_cuisine: dict[int, int]) -> str | None:
        """Several slots are not all of one cuisine. One that may come is counted."""
        if self._too_alike(row, slots, of_cuisine):
            return "variety"
        cuisine = int(self.snapshot.flights.cuisine[row])
        of_cuisine[cuisine] = of_cuisine.get(cuisine, 0) + 1
        return None

    def _won(self, placement: Placement, ranked: _Candidates, winner: _Winner, next_score: int) -> Won:
        """What the winner pays by the next's score; what was promised beyond that is free again."""
        flight, at = winner.flight, winner.position
        row, scores, given = int(ranked.rows[at]), ranked.scores, ranked.given
        paid, weight = int(scores.paid[at]), int(scores.weight[at])
        price = promised = 0
        if not flight.is_free:
            floors = self.rules.floors[PLACEMENT_BITS[placement]]
            floor = int(floors[self.snapshot.flights.pricing[row]])
            price = auction.price(
                bid=flight.bid, paid=paid, weight=weight, next_score=next_score, floor=floor
            )
            promised = auction.expected(price, paid)
            self.snapshot.allowances.give_back(flight.campaign_id, winner.promised - promised)
        return Won(
            flight=flight,
            slot=winner.slot,
            price=price,
            promised=promised,
            clicks=int(scores.clicks[at]),
            weight=weight,
            score=int(scores.score[at]),
            features=ranked.found[at],
            likes=float(given.likes[at]),
            days=int(given.days[at]),
            metres=float(given.metres[at]),
        )
