"""What click prediction is worth: people with tastes that no feature names see ads and click or not, the
model learns as it goes, and is judged on what comes later than all that it learned from.

Who clicks what is drawn from points in a space of tastes, with thresholds and moods; nothing of it is a
formula of the model's."""

from __future__ import annotations

import time
from math import exp
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from bench import ad_town
from bench.ad_town import CUISINES, REGION, Town

RESTAURANTS = 300
CUSTOMERS = 3_000
DIMENSIONS = 3
LEARNED_FROM = 0.8
BATCH = 500
SHOWN_OF = 20  # candidates of which one is shown
BUCKETS = 10


class Judged(NamedTuple):
    """`calibration_error` is the mean distance of what was predicted from what happened, over ten groups of
    as many impressions by prediction, as a share of the click rate. Lifts are of the click rate of what the
    model would have shown, over that of chance and over that of what was clicked most; `best_over_random` is
    that of somebody who knew all tastes. Lifts are reckoned from chances and not from draws, which would add
    noise."""

    impressions: int
    click_rate: float
    calibration_error: float
    predicted_over_actual: float
    lift_over_random: float
    lift_over_popular: float
    best_over_random: float


class World:
    """Tastes. A restaurant lies near its cuisine, a customer likes two regions of the space and has a purse;
    mood and hunger change what is clicked."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.cuisines = {name: self._point(1.0) for name in CUISINES}

    def _point(self, spread: float) -> tuple[float, ...]:
        return tuple(self.random.gauss(0, spread) for _ in range(DIMENSIONS))

    def restaurant(self, cuisine: str) -> tuple[tuple[float, ...], float]:
        """Where it lies, and how good its pictures are."""
        middle = self.cuisines[cuisine]
        there = tuple(each + self.random.gauss(0, 0.35) for each in middle)
        return there, self.random.choice((0.3, 0.7, 1.0, 1.0, 1.6))

    def customer(self) -> tuple[list[tuple[float, ...]], float]:
        """What they like, and how easily they click at all."""
        return [self._point(1.1) for _ in range(2)], self.random.choice((0.2, 1.0, 1.0, 2.5))

    def likes(self, customer: tuple[list[tuple[float, ...]], float], there: tuple[float, ...]) -> float:
        """0 to 1: close to one of two tastes is good, beyond a distance nothing is."""
        nearest = min(sum((a - b) ** 2 for a, b in zip(taste, there, strict=True)) for taste in customer[0])
        return 0.0 if nearest > 6 else exp(-nearest)

    def chance(
        self, customer: tuple[list[tuple[float, ...]], float], ad: tuple[tuple[float, ...], float], hour: int
    ) -> float:
        """That it is clicked."""
        hungry = 1.0 if hour in {12, 13, 18, 19, 20} else 0.5
        liked = self.likes(customer, ad[0])
        return min(0.004 + 0.10 * liked * ad[1] * hungry * customer[1], 0.9)


def judge(impressions: int, seed: int = 3) -> Judged:
    """Play so many impressions; the first part is learned from as it comes, the rest is judged."""
    play = _Play(seed)
    learned_from = int(impressions * LEARNED_FROM)
    while play.shown < learned_from:
        play.show_batch(learning=True)
    return play.judged(impressions - learned_from, impressions)


class _Play:
    def __init__(self, seed: int) -> None:
        from modules.ads.engine.prediction import WEIGHTS, Known, Model
        from modules.ads.engine.snapshot import RegionNow, Snapshot

        self.world, self.town, self.shown = World(seed), Town(seed), 0
        self.snapshot, self.model = Snapshot(), Model()
        self.known = Known(np.zeros(WEIGHTS + 1, np.float32), np.zeros(WEIGHTS + 1, np.float32))
        self.now = time.time()
        restaurants = self.town.restaurants(RESTAURANTS)
        self.ads = [self.world.restaurant(each["cuisine"]) for each in restaurants]
        self.rows = [self._flight(each) for each in restaurants]
        self.snapshot.refresh(self.now, {REGION: RegionNow(0)}, most=10**9)
        self.customers = [self.world.customer() for _ in range(CUSTOMERS)]
        self.habits = [self._habits(each, restaurants) for each in self.customers]
        self.counted = np.zeros((RESTAURANTS, 2))

    def _flight(self, facts: dict[str, Any]) -> int:
        import msgspec

        from modules.ads.engine.servable import Servable
        from modules.ads.interface import AdvertiserKind, Placement, Pricing
        from modules.ads.selectors.venues import venue_of
        from modules.restaurants.interface import RestaurantFacts

        venue = venue_of(msgspec.convert(facts, RestaurantFacts, strict=False), ())
        self.snapshot.put_venue(venue)
        flight = Servable(
            id=self.town.id(),
            campaign_id=self.town.id(),
            advertiser_id=self.town.id(),
            advertiser=venue.name,
            region=REGION,
            kind=AdvertiserKind.RESTAURANT,
            placements=(Placement.HOME_CAROUSEL,),
            pricing=Pricing.CPC,
            bid=ad_town.POUND,
            starts=0.0,
            ends=self.now * 2,
            venue=venue.id,
        )
        self.snapshot.put_flight(flight)
        return self.snapshot.flight_row(flight.id)

    def _habits(self, customer: Any, restaurants: list[dict[str, Any]]) -> Any:
        """They have ordered what they like, now and then something else."""
        from modules.ads.engine.viewer import DAY, Habits, Viewer

        orders = self.world.random.randrange(8)
        liked = [self.world.likes(customer, ad[0]) + 0.02 for ad in self.ads]
        visited = self.world.random.choices(restaurants, liked, k=orders)
        cuisines: dict[str, float] = {}
        for each in visited:
            cuisines[each["cuisine"]] = cuisines.get(each["cuisine"], 0.0) + 1.0
        venues = {UUID(each["id"]): int(self.now - self.world.random.randrange(90) * DAY) for each in visited}
        return Viewer(object(), Habits(at=self.now, cuisines=cuisines, venues=venues), is_personal=True)

    def _seen(self, who: int, hour: int, rows: Any) -> Any:
        """Features of these ads for that customer, all in the first slot."""
        from modules.ads.engine.features import Scene, affinities, features
        from modules.ads.interface import Placement

        scene = Scene(region=0, hour=hour)
        given = affinities(self.snapshot, rows, self.habits[who], scene, self.now)
        return features(self.snapshot, rows, Placement.HOME_CAROUSEL, scene, self.habits[who], given)

    def show_batch(self, *, learning: bool) -> None:
        """Ads by chance, as an explorer would show them; then what came of them is learned."""
        from modules.ads.engine.prediction import Known, learn

        found, clicked = [], []
        for _ in range(BATCH):
            who, ad, hour = self._somebody()
            found.append(self._seen(who, hour, np.array([self.rows[ad]], np.int32))[0])
            clicked.append(self._clicks(who, ad, hour))
            self.counted[ad] += (1, clicked[-1])
        self.shown += BATCH
        places, inverse = np.unique(np.array(found), return_inverse=True)
        before = Known(self.known.z[places], self.known.n[places])
        after = learn(inverse.reshape(len(found), -1), np.array(clicked), before)
        self.known.z[places], self.known.n[places] = after
        self.model.put(places, after)

    def _clicks(self, who: int, ad: int, hour: int) -> bool:
        return self.world.random.random() < self._chance(who, ad, hour)

    def _chance(self, who: int, ad: int, hour: int) -> float:
        return self.world.chance(self.customers[who], self.ads[ad], hour)

    def _somebody(self) -> tuple[int, int, int]:
        random = self.world.random
        return (
            random.randrange(CUSTOMERS),
            random.randrange(RESTAURANTS),
            random.choice((9, 12, 13, 16, 18, 19, 20)),
        )

    def judged(self, later: int, impressions: int) -> Judged:
        """Of sets of candidates what would be clicked of what is chosen by chance, popularity and model; what
        was predicted of all of chance's is held against what happened."""
        popular = (self.counted[:, 1] + 1) / (self.counted[:, 0] + 50)
        predicted, happened = [], []
        won = {"random": 0.0, "popular": 0.0, "model": 0.0, "best": 0.0}
        for _ in range(later):
            who, _, hour = self._somebody()
            candidates = self.world.random.sample(range(RESTAURANTS), SHOWN_OF)
            rows = np.array([self.rows[each] for each in candidates], np.int32)
            likely = self.model.clicks(self._seen(who, hour, rows))
            chances = [self._chance(who, each, hour) for each in candidates]
            won["random"] += chances[0]
            won["popular"] += chances[int(popular[candidates].argmax())]
            won["model"] += chances[int(likely.argmax())]
            won["best"] += max(chances)
            predicted.append(float(likely[0]))
            happened.append(self._clicks(who, candidates[0], hour))
        rate = sum(happened) / len(happened)
        return Judged(
            impressions=impressions,
            click_rate=round(rate, 4),
            calibration_error=round(_calibration_error(predicted, happened) / rate, 3),
            predicted_over_actual=round(sum(predicted) / sum(happened), 3),
            lift_over_random=round(won["model"] / won["random"], 2),
            lift_over_popular=round(won["model"] / won["popular"], 2),
            best_over_random=round(won["best"] / won["random"], 2),
        )


def _calibration_error(predicted: list[float], happened: list[bool]) -> float:
    """Expected calibration error over groups of as many impressions (Guo et al., "On Calibration of Modern
    Neural Networks", ICML 2017), in clicks per impression."""
    order = np.argsort(predicted)
    groups = np.array_split(order, BUCKETS)
    likely, clicked = np.array(predicted), np.array(happened, float)
    return float(np.mean([abs(likely[group].mean() - clicked[group].mean()) for group in groups]))
