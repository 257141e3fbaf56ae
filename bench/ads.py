"""`ads`: five slots a page are filled over HTTP, among ten thousand campaigns, for varied people and places;
the decision alone, and how it grows with the number of campaigns; a simulated day of budgets; and what click
prediction is worth."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from bench import ad_town
from bench.actors import API
from bench.ad_clicks import judge
from bench.ad_day import Day, Terms, play
from bench.ad_town import POUND, REGION, Town
from bench.ground import Ground, ground
from bench.load import Load, Work
from bench.measuring import ROUNDS, Round, quantiles, result, say, spent

SECONDS = 20.0
WARM_UP_SECONDS = 5.0
CAMPAIGNS = 10_000
SLOTS = 5
CLIENTS = 4
CUSTOMERS = 2_000
HALF_RATE = 750 / SLOTS  # pages a second: half of 1,500 slots
SIZES = (100, 1_000, 10_000, 100_000)
DECISIONS = 2_000
READY_SECONDS = 120
IMPRESSIONS = 150_000
DAY_PAGES = 4_500
MIDNIGHT = datetime(2026, 3, 4, tzinfo=ZoneInfo("Europe/London"))
MONEY = (
    *(Terms(10 * POUND, "even", rate) for rate in (0.08, 0.12)),
    *(Terms(10 * POUND, "asap", rate) for rate in (0.06, 0.12)),
)


def run(*, seconds: float | None, campaigns: int = CAMPAIGNS) -> dict[str, Any]:
    """Rounds of `seconds` as fast as it goes, one at half of what is asked for, and the decision alone. The
    ceiling is what the same process answers to requests that it has only to refuse, also at that half."""
    length = seconds or SECONDS
    with ground() as platform:
        town, restaurants = _settled(platform, campaigns)
        pages = _pages(town, _customers(town, restaurants))
        _wait_until_ready(platform, pages)
        _round(platform, pages, WARM_UP_SECONDS)
        ceilings = [SLOTS * _refused(platform).rate]
        rounds, filled = [], 0
        for _ in range(ROUNDS):
            one, ads = _round(platform, pages, length)
            filled += ads
            say(f"{one.rate:.0f} slots a second, {ads / one.units:.0%} of them filled")
            rounds.append(one)
        ceilings.append(SLOTS * _refused(platform).rate)
        at_half, _ = _round(platform, pages, length, rate=HALF_RATE)
        floor = _refused(platform, rate=HALF_RATE)
        platform.stop("web", "stream", "origin", "worker", "beat")
        alone = {size: _alone(size) for size in SIZES}
        day = _day(platform)
    judged = judge(IMPRESSIONS)
    say(f"{judged}")
    told = result("ads", "slots", rounds, ceilings=ceilings)
    growth = (alone[SIZES[-1]]["p99_ms"] or 0.0) / (alone[SIZES[0]]["p99_ms"] or 1.0)
    return {
        **told,
        "filled": round(filled / sum(each.units for each in rounds), 3),
        "at_half": quantiles(at_half.milliseconds),
        "at_half_refused": quantiles(floor.milliseconds),
        "decision_alone": {str(size): quantiles_of for size, quantiles_of in alone.items()},
        "growth_p99": round(growth, 2),
        "day": day._asdict(),
        "prediction": judged._asdict(),
    }


# --- what there is ----------------------------------------------------------------------------------


def _settled(platform: Ground, campaigns: int) -> tuple[Town, list[dict[str, Any]]]:
    """The town is there when the web process begins."""
    town = Town()
    restaurants = town.restaurants(ad_town.RESTAURANTS)
    ad_town.keep(restaurants, ad_town.campaigns(town, restaurants, campaigns))
    platform.again("web")
    return town, restaurants


def _customers(town: Town, restaurants: list[dict[str, Any]]) -> list[tuple[UUID, str]]:
    """Customers who agreed to be known, with their tokens."""
    from modules.ads.models import Viewer
    from modules.ads.selectors.viewers import write_habits
    from tiffin.context import Actor, ActorKind
    from tiffin.web.tokens import sign_access

    found = [town.id() for _ in range(CUSTOMERS)]
    now = time.time()
    Viewer.objects.bulk_create(
        [
            Viewer(
                id=id,
                is_customer=True,
                is_personal=True,
                habits=write_habits(town.habits(restaurants, now)),
            )
            for id in found
        ]
    )
    return [(id, sign_access(Actor(kind=ActorKind.CUSTOMER, id=id), session_id=str(uuid4()))) for id in found]


def _pages(town: Town, customers: Sequence[tuple[UUID, str]]) -> Iterator[Work]:
    """Seven of ten are customers, the others strangers; most say where they are."""
    plain = {"Content-Type": "application/json"}
    while True:
        spot = town.spot(0.03)
        view: dict[str, Any] = {
            "region": REGION,
            "language": "en",
            "places": [{"placement": "home_carousel", "slots": SLOTS}],
        }
        if town.random.random() < 0.9:
            view["point"] = {"lat": spot.lat, "lon": spot.lon}
        else:
            view["city"] = spot.city
        headers = plain
        if town.random.random() < 0.7:
            headers = {**plain, "Authorization": f"Bearer {town.random.choice(customers)[1]}"}
        yield Work(f"{API}/ads/decisions", json.dumps(view).encode(), headers)


def _wait_until_ready(platform: Ground, pages: Iterator[Work]) -> None:
    """Until every process has read what there is."""
    until, in_row = time.perf_counter() + READY_SECONDS, 0
    while in_row < 40 and time.perf_counter() < until:
        bodies: list[bytes] = []
        Load(pages, platform.web_port, bodies.append, status=200, clients=1).run(0.2)
        ready = [b'"not_ready"' not in body for body in bodies]
        in_row = in_row + len(ready) if all(ready) else 0


# --- what is measured -------------------------------------------------------------------------------


def _round(
    platform: Ground, pages: Iterator[Work], seconds: float, rate: float | None = None
) -> tuple[Round, int]:
    """A round, whose units are slots, and how many of them were filled."""
    tokens: list[int] = []
    clients = CLIENTS if rate is None else 2 * CLIENTS
    load = Load(
        pages,
        platform.web_port,
        lambda body: tokens.append(body.count(b'"token"')),
        status=200,
        clients=clients,
        rate=rate,
    )
    before = platform.cpu()
    took = load.run(seconds)
    for error in load.errors[:3]:
        say(f"trouble: {error}")
    cpu = spent(before, platform.cpu())
    return Round(SLOTS * len(load.milliseconds), took, load.milliseconds, cpu, len(load.errors)), sum(tokens)


def _refused(platform: Ground, rate: float | None = None) -> Round:
    """Pages of a region that is not there."""
    body = json.dumps({"region": "nowhere", "places": [{"placement": "home_carousel", "slots": SLOTS}]})
    work = Work(f"{API}/ads/decisions", body.encode(), {"Content-Type": "application/json"})
    clients = CLIENTS if rate is None else 2 * CLIENTS
    pages = iter(lambda: work, None)
    load = Load(pages, platform.web_port, lambda body: None, status=404, clients=clients, rate=rate)
    took = load.run(WARM_UP_SECONDS)
    return Round(len(load.milliseconds), took, load.milliseconds, {}, len(load.errors))


def _alone(size: int) -> dict[str, float | None]:
    """Milliseconds of a decision of five slots in this process: who looks is read from the database, and what
    was decided is put down to be written."""
    from modules.ads import services
    from modules.ads.interface import PageView, Place, Placement, Point
    from modules.ads.services import writing

    town = Town(seed=size)
    keeper = _kept(town, size)
    customers = _known_customers()
    places = [Place(placement=Placement.HOME_CAROUSEL, slots=SLOTS)]
    took, filled = [], 0
    for number in range(DECISIONS + DECISIONS // 10):
        spot = town.spot(0.03)
        who = town.random.choice(customers) if town.random.random() < 0.7 else None
        view = PageView(
            region=REGION, customer_id=who, point=Point(lat=spot.lat, lon=spot.lon), language="en"
        )
        if number % 250 == 0:
            writing.forget()
            keeper.refresh()
        began = time.perf_counter()
        decision = services.decide(view, places)
        if number >= DECISIONS // 10:  # what comes first warms up
            took.append(1000 * (time.perf_counter() - began))
            filled += len(decision.places[0].ads)
    say(f"{size} campaigns: {quantiles(took)}, {filled / DECISIONS:.2f} ads a page")
    return quantiles(took)


def _day(platform: Ground) -> Day:
    """Of a town with nobody else in it."""
    from modules.ads.services.keeping import keeper

    keeper.empty()
    with platform.connect("ads") as connection:
        connection.execute("TRUNCATE ads_advertiser CASCADE")
        connection.execute(
            "TRUNCATE ads_knownrestaurant, ads_adevent, ads_campaignday, ads_reservation, ads_fill"
        )
    day = play(MIDNIGHT, MONEY, pages=DAY_PAGES)
    say(f"{day}")
    return day


def _known_customers() -> list[UUID]:
    from modules.ads.models import Viewer

    return list(Viewer.objects.values_list("id", flat=True))


def _kept(town: Town, size: int) -> Any:
    """This process knows so many campaigns, with money for all of them; and as many restaurants, so that
    more campaigns mean a fuller town and not a larger one."""
    from math import inf

    import msgspec

    from modules.ads.engine.allowances import Chunk
    from modules.ads.selectors.servables import servable_of
    from modules.ads.selectors.venues import venue_of
    from modules.ads.services.keeping import keeper
    from modules.restaurants.interface import RestaurantFacts
    from tiffin.memory import settle

    restaurants = town.restaurants(min(size, ad_town.RESTAURANTS))
    rows = ad_town.campaigns(town, restaurants, size)
    keeper.empty()
    for each in restaurants:
        facts = msgspec.convert(each, RestaurantFacts, strict=False)
        keeper.snapshot.put_venue(venue_of(facts, ()))
    creatives: dict[UUID, list[Any]] = {}
    for creative in rows.creatives:
        creatives.setdefault(creative.campaign_id, []).append(creative)
    with keeper.snapshot.loading():
        for campaign, flight in zip(rows.campaigns, rows.flights, strict=True):
            keeper.snapshot.put_flight(servable_of(campaign, flight, creatives[campaign.id]))
            keeper.snapshot.allowances.grant(Chunk(0, campaign.id, 10**15, inf))
    keeper.refresh(most=10**9)
    settle()  # as a process does that has read what there is
    keeper.ready.set()
    return keeper
