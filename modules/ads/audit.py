"""What must always hold of ads: reports are what happened, and money is what was spent."""

from __future__ import annotations

from datetime import timedelta

from modules.ads.services.tidying import EVENTS_KEPT
from tiffin import clock, db
from tiffin.audit import Inspection, rule

LOOKED_BACK = timedelta(days=2)

# Events are settled and counted in one transaction, and one statement sees one moment.
_FIGURES = """
WITH happened AS (
    SELECT date_trunc('hour', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS hour, campaign_id, flight_id,
        creative_id, placement,
        count(*) FILTER (WHERE verdict = 'valid' AND kind = 'impression') AS impressions,
        count(*) FILTER (WHERE verdict = 'valid' AND kind = 'click') AS clicks,
        count(*) FILTER (WHERE verdict = 'valid' AND kind = 'order') AS orders,
        count(*) FILTER (WHERE verdict <> 'valid') AS filtered,
        coalesce(sum(charged) FILTER (WHERE verdict = 'valid'), 0)::bigint AS spent
    FROM ads_adevent WHERE settled AND at >= %(since)s GROUP BY 1, 2, 3, 4, 5
), counted AS (
    SELECT hour, campaign_id, flight_id, creative_id, placement, impressions, clicks, orders, filtered, spent
    FROM ads_figure WHERE hour >= %(since)s
)
SELECT hour, campaign_id, placement,
    ARRAY[happened.impressions, happened.clicks, happened.orders, happened.filtered, happened.spent],
    ARRAY[counted.impressions, counted.clicks, counted.orders, counted.filtered, counted.spent]
FROM happened FULL JOIN counted USING (hour, campaign_id, flight_id, creative_id, placement)
"""
_DAYS = """
WITH day AS (SELECT campaign_id, sum(spent)::bigint AS spent FROM ads_campaignday GROUP BY 1),
figure AS (SELECT campaign_id, sum(spent)::bigint AS spent FROM ads_figure GROUP BY 1),
leg AS (
    SELECT campaign_id, -sum(micros)::bigint AS spent FROM ads_posting
    WHERE account = 'revenue' AND campaign_id IS NOT NULL GROUP BY 1
)
SELECT campaign_id, coalesce(day.spent, 0), coalesce(figure.spent, 0), coalesce(leg.spent, 0)
FROM day FULL JOIN figure USING (campaign_id) FULL JOIN leg USING (campaign_id)
"""
_ENTRIES = "SELECT entry_id, sum(micros)::bigint FROM ads_posting GROUP BY 1 HAVING sum(micros) <> 0"
_ENTRY_COUNT = "SELECT count(DISTINCT entry_id) FROM ads_posting"
_LIFTS = """
WITH happened AS (
    SELECT campaign_id, day, is_ghost, count(*) AS viewers, sum(orders)::bigint AS orders,
        sum(orders::bigint * orders)::bigint AS squares
    FROM ads_exposure WHERE day >= %(since)s GROUP BY 1, 2, 3
), counted AS (
    SELECT campaign_id, day, is_ghost, viewers, orders, squares FROM ads_lift WHERE day >= %(since)s
)
SELECT campaign_id, day, is_ghost, ARRAY[happened.viewers, happened.orders, happened.squares],
    ARRAY[counted.viewers, counted.orders, counted.squares]
FROM happened FULL JOIN counted USING (campaign_id, day, is_ghost)
"""
_EXPOSED = """
SELECT exposure.id, exposure.orders, count(ordered.order_id)
FROM ads_exposure AS exposure LEFT JOIN ads_exposedorder AS ordered ON ordered.exposure_id = exposure.id
GROUP BY exposure.id HAVING exposure.orders <> count(ordered.order_id)
"""


_BILLS = """
WITH bill AS (SELECT advertiser_id, sum(micros)::bigint AS micros FROM ads_bill GROUP BY 1),
failed AS (SELECT advertiser_id, sum(micros)::bigint AS micros FROM ads_bill WHERE state = 'failed' GROUP BY
1), spent AS (
    SELECT campaign.advertiser_id, sum(day.spent)::bigint AS micros
    FROM ads_campaignday AS day JOIN ads_campaign AS campaign ON campaign.id = day.campaign_id GROUP BY 1
), account AS (
    SELECT advertiser_id, coalesce(sum(micros) FILTER (WHERE account = 'owed'), 0)::bigint AS owed,
        coalesce(sum(micros) FILTER (WHERE account = 'billed'), 0)::bigint AS billed,
        coalesce(sum(micros) FILTER (WHERE account = 'waived'), 0)::bigint AS waived
    FROM ads_posting GROUP BY 1
)
SELECT advertiser_id,
    ARRAY[coalesce(spent.micros, 0) - coalesce(bill.micros, 0),
        coalesce(bill.micros, 0) - coalesce(failed.micros, 0), coalesce(failed.micros, 0)],
    ARRAY[coalesce(account.owed, 0), coalesce(account.billed, 0), coalesce(account.waived, 0)]
FROM account FULL JOIN spent USING (advertiser_id) FULL JOIN bill USING (advertiser_id)
    FULL JOIN failed USING (advertiser_id)
"""


@rule
def figures_are_their_events(inspection: Inspection) -> None:
    """Hourly figures of the last days are what the settled events come to. Counts figures."""
    since = (clock.now() - LOOKED_BACK).replace(minute=0, second=0, microsecond=0)
    for hour, campaign, placement, happened, counted in db.select(_FIGURES, since=since):
        if [number or 0 for number in happened] != [number or 0 for number in counted]:
            where = f"{placement} from {hour:%Y-%m-%d %H:%M}"
            inspection.find(campaign, f"{where}: {counted} are counted, and its events come to {happened}")
        inspection.looked(1)


@rule
def spending_is_the_same_everywhere(inspection: Inspection) -> None:
    """What a campaign spent by the day is what it spent by the hour, and what was earned of it. Counts
    campaigns."""
    for campaign, by_day, by_hour, earned in db.select(_DAYS):
        if not by_day == by_hour == earned:
            said = f"{by_day} micros by the day, {by_hour} by the hour, and {earned} were earned"
            inspection.find(campaign, said)
        inspection.looked(1)


@rule
def entries_are_zero(inspection: Inspection) -> None:
    """The legs of an entry are zero together. Counts entries."""
    for entry, micros in db.select(_ENTRIES):
        inspection.find(entry, f"its legs come to {micros} micros")
    ((count,),) = db.select(_ENTRY_COUNT)
    inspection.looked(count)


@rule
def holdouts_are_their_exposures(inspection: Inspection) -> None:
    """The sums of who saw a campaign and who was held out are those of the exposures, as long as these are
    kept. Counts sums."""
    since = (clock.now() - EVENTS_KEPT).date() + timedelta(days=2)
    for campaign, day, is_ghost, happened, counted in db.select(_LIFTS, since=since):
        if happened != counted:
            group = "held out" if is_ghost else "shown"
            inspection.find(campaign, f"{group} from {day}: {counted} are counted, and they were {happened}")
        inspection.looked(1)
    for exposure, said, orders in db.select(_EXPOSED):
        inspection.find(exposure, f"{said} orders are counted, and {orders} followed it")


@rule
def bills_are_what_was_spent(inspection: Inspection) -> None:
    """What an advertiser spent is owed or billed, once; and what was written off is billed no more. Counts
    advertisers."""
    for advertiser, should, does in db.select(_BILLS):
        if should != does:
            said = f"owed, billed and written off are {does} micros, and should be {should}"
            inspection.find(advertiser, said)
        inspection.looked(1)
