"""What happened becomes money: each event is charged once, never beyond its campaign's budget and day, as
legs that are zero together, and counted for reports. A batch at a time, by one worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from modules.ads.models import AccountKind, AdEvent, Campaign, EventKind, Posting, Verdict
from modules.ads.services.documents import document
from tiffin import clock, db, ids, regions

AT_ONCE = 2_000
SPEND = "spend"

_NEXT = """
SELECT * FROM ads_adevent WHERE NOT settled ORDER BY at, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_LEFT = """
SELECT campaign.id, campaign.budget, campaign.daily_cap, COALESCE(sum(day.spent), 0)::bigint,
    COALESCE(sum(day.spent) FILTER (WHERE day.day = %(day)s), 0)::bigint
FROM ads_campaign AS campaign LEFT JOIN ads_campaignday AS day ON day.campaign_id = campaign.id
WHERE campaign.id = ANY(%(ids)s) GROUP BY campaign.id
"""
_SETTLE = """
UPDATE ads_adevent AS event SET settled = true, charged = new.charged
FROM json_to_recordset(%(rows)s::json) AS new(id uuid, charged bigint) WHERE event.id = new.id RETURNING 1
"""
_SPEND = """
INSERT INTO ads_campaignday AS day (campaign_id, day, spent)
SELECT campaign_id, day, spent
FROM json_to_recordset(%(rows)s::json) AS new(campaign_id uuid, day date, spent bigint) ORDER BY 1, 2
ON CONFLICT (campaign_id, day) DO UPDATE SET spent = day.spent + excluded.spent RETURNING 1
"""
_COUNT = """
INSERT INTO ads_figure AS figure (hour, region, placement, campaign_id, flight_id, creative_id, impressions,
    clicks, orders, filtered, spent)
SELECT hour, region, placement, campaign_id, flight_id, creative_id, impressions, clicks, orders, filtered,
    spent
FROM json_to_recordset(%(rows)s::json) AS new(hour timestamptz, region text, placement text, campaign_id uuid,
    flight_id uuid, creative_id uuid, impressions bigint, clicks bigint, orders bigint, filtered bigint,
    spent bigint)
ORDER BY 1, 4, 5, 6, 3
ON CONFLICT (hour, campaign_id, flight_id, creative_id, placement) DO UPDATE SET
    impressions = figure.impressions + excluded.impressions, clicks = figure.clicks + excluded.clicks,
    orders = figure.orders + excluded.orders, filtered = figure.filtered + excluded.filtered,
    spent = figure.spent + excluded.spent
RETURNING 1
"""
_LEARN = """
INSERT INTO ads_arm AS arm (creative_id, shown, clicked)
SELECT creative_id, shown, clicked
FROM json_to_recordset(%(rows)s::json) AS new(creative_id uuid, shown bigint, clicked bigint) ORDER BY 1
ON CONFLICT (creative_id) DO UPDATE SET shown = arm.shown + excluded.shown,
    clicked = arm.clicked + excluded.clicked
RETURNING 1
"""
COUNTED = {EventKind.IMPRESSION: "impressions", EventKind.CLICK: "clicks", EventKind.ORDER: "orders"}


def settle() -> int:
    """Settle the oldest events, up to AT_ONCE; how many those were."""
    with db.transaction():
        events = list(AdEvent.objects.raw(_NEXT, [AT_ONCE]))
        if not events:
            return 0
        charged = _charge(events)
        rows = [{"id": event.id, "charged": charged[event.id]} for event in events]
        db.select(_SETTLE, rows=document(rows))
        _spend(events, charged)
        _post(events, charged)
        _count(events, charged)
    return len(events)


def _charge(events: Sequence[AdEvent]) -> dict[UUID, int]:
    """What each costs: its price while there is money, then what is left, then nothing."""
    charged = {event.id: 0 for event in events}
    paid = [event for event in events if event.price and event.verdict == Verdict.VALID]
    campaigns = sorted({event.campaign_id for event in paid})
    list(Campaign.objects.filter(pk__in=campaigns).order_by("pk").select_for_update(no_key=True).values("pk"))
    left: dict[UUID, int] = {}
    for day, of_day in _by_day(paid).items():
        left_today: dict[UUID, int] = {}
        for id, budget, cap, spent, spent_then in db.select(_LEFT, day=day, ids=campaigns):
            left.setdefault(id, budget - spent)
            left_today[id] = budget if cap is None else cap - spent_then
        for event in of_day:
            id = event.campaign_id
            charged[event.id] = max(min(event.price, left[id], left_today[id]), 0)
            left[id] -= charged[event.id]
            left_today[id] -= charged[event.id]
    return charged


def _by_day(events: Iterable[AdEvent]) -> dict[date, list[AdEvent]]:
    found: defaultdict[date, list[AdEvent]] = defaultdict(list)
    for event in events:
        found[day_of(event)].append(event)
    return dict(sorted(found.items()))


def day_of(event: AdEvent) -> date:
    return regions.get(event.region).local(event.at).date()


def _spend(events: Sequence[AdEvent], charged: Mapping[UUID, int]) -> None:
    spent: defaultdict[tuple[UUID, date], int] = defaultdict(int)
    for event in events:
        if charged[event.id]:
            spent[event.campaign_id, day_of(event)] += charged[event.id]
    if spent:
        rows = [{"campaign_id": id, "day": day, "spent": sum} for (id, day), sum in spent.items()]
        db.select(_SPEND, rows=document(rows))


def _post(events: Sequence[AdEvent], charged: Mapping[UUID, int]) -> None:
    """One entry for each campaign: what its advertiser owes now is what was earned."""
    owed: defaultdict[tuple[str, UUID, UUID], int] = defaultdict(int)
    for event in events:
        if charged[event.id]:
            owed[event.region, event.advertiser_id, event.campaign_id] += charged[event.id]
    legs = [
        leg
        for (region, advertiser_id, campaign_id), micros in owed.items()
        for leg in entry(
            (AccountKind.OWED, AccountKind.REVENUE),
            micros,
            reason=SPEND,
            region=region,
            advertiser_id=advertiser_id,
            campaign_id=campaign_id,
        )
    ]
    Posting.objects.bulk_create(legs)


def entry(
    accounts: tuple[AccountKind, AccountKind],
    micros: int,
    *,
    reason: str,
    region: str,
    advertiser_id: UUID,
    campaign_id: UUID | None,
) -> list[Posting]:
    """Two legs: so much more in the first of the accounts, as much less in the second."""
    id, at = ids.new_id(), clock.now()
    return [
        Posting(
            entry_id=id,
            at=at,
            account=account.value,
            region=region,
            advertiser_id=advertiser_id,
            campaign_id=campaign_id,
            micros=signed,
            reason=reason,
        )
        for account, signed in zip(accounts, (micros, -micros), strict=True)
    ]


def _count(events: Sequence[AdEvent], charged: Mapping[UUID, int]) -> None:
    figures: dict[tuple[Any, ...], dict[str, Any]] = {}
    arms: defaultdict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    for event in events:
        row = figures.setdefault(_place(event), _figure(event))
        is_valid = event.verdict == Verdict.VALID
        row[COUNTED[EventKind(event.kind)] if is_valid else "filtered"] += 1
        row["spent"] += charged[event.id]
        if is_valid and event.kind != EventKind.ORDER:
            arms[event.creative_id][event.kind == EventKind.CLICK] += 1
    db.select(_COUNT, rows=document(list(figures.values())))
    if arms:
        rows = [
            {"creative_id": id, "shown": shown, "clicked": clicked} for id, (shown, clicked) in arms.items()
        ]
        db.select(_LEARN, rows=document(rows))


def _place(event: AdEvent) -> tuple[Any, ...]:
    return hour_of(event), event.campaign_id, event.flight_id, event.creative_id, event.placement


def hour_of(event: AdEvent) -> datetime:
    return event.at.replace(minute=0, second=0, microsecond=0)


def _figure(event: AdEvent) -> dict[str, Any]:
    return {
        "hour": hour_of(event),
        "region": event.region,
        "placement": event.placement,
        "campaign_id": event.campaign_id,
        "flight_id": event.flight_id,
        "creative_id": event.creative_id,
        **dict.fromkeys((*COUNTED.values(), "filtered", "spent"), 0),
    }
