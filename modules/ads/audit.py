"""What must always hold of ads: reports are what happened, and money is what was spent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from modules.ads.models import Advertiser
from modules.ads.services.tidying import EVENTS_KEPT
from tiffin import clock, db
from tiffin.audit import Inspection, rule

HOURS_LOOKED_BACK = 48
ADVERTISERS_A_PAGE, LEGS_A_PAGE = 100, 50_000
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

# Events are settled and counted in one transaction, and one statement sees one moment.
_FIGURES = """
WITH happened AS (
    SELECT campaign_id, flight_id, creative_id, placement,
        count(*) FILTER (WHERE verdict = 'valid' AND kind = 'impression') AS impressions,
        count(*) FILTER (WHERE verdict = 'valid' AND kind = 'click') AS clicks,
        count(*) FILTER (WHERE verdict = 'valid' AND kind = 'order') AS orders,
        count(*) FILTER (WHERE verdict <> 'valid') AS filtered,
        coalesce(sum(charged) FILTER (WHERE verdict = 'valid'), 0)::bigint AS spent
    FROM ads_adevent WHERE settled AND at >= %(hour)s AND at < %(end)s GROUP BY 1, 2, 3, 4
), counted AS (
    SELECT campaign_id, flight_id, creative_id, placement, impressions, clicks, orders, filtered, spent
    FROM ads_figure WHERE hour = %(hour)s
)
SELECT campaign_id, placement,
    ARRAY[happened.impressions, happened.clicks, happened.orders, happened.filtered, happened.spent],
    ARRAY[counted.impressions, counted.clicks, counted.orders, counted.filtered, counted.spent]
FROM happened FULL JOIN counted USING (campaign_id, flight_id, creative_id, placement)
"""
_SPENT = """
SELECT campaign.id,
    coalesce((SELECT sum(spent) FROM ads_campaignday WHERE campaign_id = campaign.id), 0)::bigint,
    coalesce((SELECT sum(spent) FROM ads_figure WHERE campaign_id = campaign.id), 0)::bigint,
    coalesce(leg.earned, 0)
FROM ads_campaign AS campaign LEFT JOIN (
    SELECT campaign_id, -sum(micros)::bigint AS earned FROM ads_posting
    WHERE advertiser_id = ANY(%(advertisers)s) AND account = 'revenue' GROUP BY 1
) AS leg ON leg.campaign_id = campaign.id
WHERE campaign.advertiser_id = ANY(%(advertisers)s)
"""
_BILLED = """
WITH bill AS (
    SELECT advertiser_id, sum(micros)::bigint AS micros,
        coalesce(sum(micros) FILTER (WHERE state = 'failed'), 0)::bigint AS failed
    FROM ads_bill WHERE advertiser_id = ANY(%(advertisers)s) GROUP BY 1
), spent AS (
    SELECT campaign.advertiser_id, sum(day.spent)::bigint AS micros
    FROM ads_campaign AS campaign JOIN ads_campaignday AS day ON day.campaign_id = campaign.id
    WHERE campaign.advertiser_id = ANY(%(advertisers)s) GROUP BY 1
), account AS (
    SELECT advertiser_id, coalesce(sum(micros) FILTER (WHERE account = 'owed'), 0)::bigint AS owed,
        coalesce(sum(micros) FILTER (WHERE account = 'billed'), 0)::bigint AS billed,
        coalesce(sum(micros) FILTER (WHERE account = 'waived'), 0)::bigint AS waived
    FROM ads_posting WHERE advertiser_id = ANY(%(advertisers)s) GROUP BY 1
)
SELECT advertiser.id,
    ARRAY[coalesce(spent.micros, 0) - coalesce(bill.micros, 0),
        coalesce(bill.micros, 0) - coalesce(bill.failed, 0), coalesce(bill.failed, 0)],
    ARRAY[coalesce(account.owed, 0), coalesce(account.billed, 0), coalesce(account.waived, 0)]
FROM ads_advertiser AS advertiser LEFT JOIN account ON account.advertiser_id = advertiser.id
    LEFT JOIN spent ON spent.advertiser_id = advertiser.id LEFT JOIN bill ON bill.advertiser_id =
    advertiser.id
WHERE advertiser.id = ANY(%(advertisers)s)
"""
_LEGS = """
SELECT max(id), entry_id, sum(micros)::bigint
FROM (SELECT id, entry_id, micros FROM ads_posting WHERE id > %(after)s ORDER BY id LIMIT %(most)s) AS page
GROUP BY entry_id
"""
_ENTRIES = """
SELECT entry_id, sum(micros)::bigint FROM ads_posting WHERE entry_id = ANY(%s)
GROUP BY 1 HAVING sum(micros) <> 0
"""
_LIFTS = """
WITH happened AS (
    SELECT campaign_id, is_ghost, count(*) AS viewers, sum(orders)::bigint AS orders,
        sum(orders::bigint * orders)::bigint AS squares
    FROM ads_exposure WHERE day = %(day)s GROUP BY 1, 2
), counted AS (
    SELECT campaign_id, is_ghost, viewers, orders, squares FROM ads_lift WHERE day = %(day)s
)
SELECT campaign_id, is_ghost, ARRAY[happened.viewers, happened.orders, happened.squares],
    ARRAY[counted.viewers, counted.orders, counted.squares]
FROM happened FULL JOIN counted USING (campaign_id, is_ghost)
"""
_EXPOSED = """
SELECT exposure.id, exposure.orders, count(ordered.order_id)
FROM ads_exposure AS exposure LEFT JOIN ads_exposedorder AS ordered ON ordered.exposure_id = exposure.id
WHERE exposure.day = %(day)s GROUP BY exposure.id HAVING exposure.orders <> count(ordered.order_id)
"""


@rule
def figures_are_their_events(inspection: Inspection) -> None:
    """Hourly figures of the last two days are what the settled events come to. Counts figures."""
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    for hour in (now - _HOUR * back for back in range(HOURS_LOOKED_BACK)):
        rows = db.select(_FIGURES, hour=hour, end=hour + _HOUR)
        for campaign, placement, happened, counted in rows:
            if [number or 0 for number in happened] != [number or 0 for number in counted]:
                where = f"{placement} from {hour:%Y-%m-%d %H:%M}"
                inspection.find(
                    campaign, f"{where}: {counted} are counted, and its events come to {happened}"
                )
        inspection.looked(len(rows))


@rule
def spending_is_the_same_everywhere(inspection: Inspection) -> None:
    """What a campaign spent by the day is what it spent by the hour, and what was earned of it. Counts
    campaigns."""
    for page in _advertisers():
        rows = db.select(_SPENT, advertisers=page)
        for campaign, by_day, by_hour, earned in rows:
            if not by_day == by_hour == earned:
                said = f"{by_day} micros by the day, {by_hour} by the hour, and {earned} were earned"
                inspection.find(campaign, said)
        inspection.looked(len(rows))


@rule
def bills_are_what_was_spent(inspection: Inspection) -> None:
    """What an advertiser spent is owed or billed, once; and what was written off is billed no more. Counts
    advertisers."""
    for page in _advertisers():
        for advertiser, should, does in db.select(_BILLED, advertisers=page):
            if should != does:
                said = f"owed, billed and written off are {does} micros, and should be {should}"
                inspection.find(advertiser, said)
        inspection.looked(len(page))


@rule
def entries_are_zero(inspection: Inspection) -> None:
    """The legs of an entry are zero together. Counts legs, page by page; an entry that lies on two pages, or
    came meanwhile, is looked at once more."""
    after, torn = 0, defaultdict[UUID, int](int)
    while rows := db.select(_LEGS, after=after, most=LEGS_A_PAGE):
        for last, entry, micros in rows:
            after = max(after, last)
            torn[entry] += micros
            if not torn[entry]:
                del torn[entry]
        inspection.looked(len(rows))
    if torn:
        for entry, micros in db.select(_ENTRIES, list(torn)):
            inspection.find(entry, f"its legs come to {micros} micros")


@rule
def holdouts_are_their_exposures(inspection: Inspection) -> None:
    """The sums of who saw a campaign and who was held out are those of the exposures, as long as these are
    kept. Counts sums."""
    last = clock.now().date() + _DAY
    for day in (last - _DAY * back for back in range(EVENTS_KEPT.days)):
        rows = db.select(_LIFTS, day=day)
        for campaign, is_ghost, happened, counted in rows:
            if happened != counted:
                group = "held out" if is_ghost else "shown"
                said = f"{group} from {day}: {counted} are counted, and they were {happened}"
                inspection.find(campaign, said)
        for exposure, said, orders in db.select(_EXPOSED, day=day):
            inspection.find(exposure, f"{said} orders are counted, and {orders} followed it")
        inspection.looked(len(rows))


def _advertisers() -> Iterator[list[UUID]]:
    last: UUID | None = None
    while True:
        rows = Advertiser.objects.order_by("pk")
        rows = rows.filter(pk__gt=last) if last else rows
        page = list(rows.values_list("pk", flat=True)[:ADVERTISERS_A_PAGE])
        if not page:
            return
        yield page
        last = page[-1]
