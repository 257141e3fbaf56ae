"""Advertisers and what becomes of their campaigns, for the staff's pages."""

from __future__ import annotations

from tests.matrix.cast import Cast

_ADVERTISER = """
INSERT INTO ads_advertiser (id, region, version, log_txid, created_at, kind, name, is_blocked)
VALUES (gen_random_uuid(), %s, 0, 0, now(), 'brand', 'Brand', %s) RETURNING id
"""
_CAMPAIGN = """
INSERT INTO ads_campaign (id, region, version, log_txid, created_at, advertiser_id, name, objective, pricing,
    bid, budget, pacing, starts_at, ends_at, goods, landing, quality, holdout, state, note)
VALUES (gen_random_uuid(), %s, 0, 0, now(), %s, 'Matrix', 'traffic', 'cpc', 100000, 1000000, 'even', now(),
    now() + interval '1 year', '{}', 'https://brand.example/', 1000, 0, %s, '') RETURNING id
"""
_FLIGHT = """
INSERT INTO ads_flight (id, campaign_id, name, placements, cities, cuisines, keywords, weekdays, from_hour,
    to_hour, members, customers, segments, cap, cap_hours, to_unknown, is_on)
VALUES (gen_random_uuid(), %s, 'Matrix', '{email}', '{}', '{}', '{}', '{}', 0, 24, 'any', 'any', '{}', 0, 24,
    true, %s) RETURNING id
"""
_CREATIVE = """
INSERT INTO ads_creative (id, campaign_id, name, headlines, texts, picture, state, note, created_at)
VALUES (gen_random_uuid(), %s, 'Matrix', '{"": "Matrix"}', '{}', '', %s, '', now()) RETURNING id
"""
_DECISION = """
INSERT INTO ads_decisionrecord (id, at, region, asked, places, filled, wanted, took_us)
VALUES (gen_random_uuid(), now(), %s, '{}', '[]', 0, 1, 1) RETURNING id
"""
_EVENT = """
INSERT INTO ads_adevent (id, decision_id, slot, kind, at, region, placement, advertiser_id, campaign_id,
    flight_id, creative_id, source, verdict, price, per_order, charged, settled, note)
VALUES (gen_random_uuid(), gen_random_uuid(), 0, 'impression', now(), %s, 'email', gen_random_uuid(),
    %s, gen_random_uuid(), gen_random_uuid(), 0, 'valid', 0, 0, 0, true, '') RETURNING id
"""
_FIGURE = """
INSERT INTO ads_figure (hour, region, placement, campaign_id, flight_id, creative_id, impressions, clicks,
    orders, filtered, spent)
VALUES (now(), %s, 'email', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, 0, 0, 0, 0)
RETURNING id
"""
_BILL = """
INSERT INTO ads_bill (id, region, version, log_txid, created_at, advertiser_id, month, payer_kind, payer_id,
    payer_name, micros, amount, currency, due_days, state, invoice)
VALUES (gen_random_uuid(), %s, 0, 0, now(), gen_random_uuid(), '2020-01-01', 'partner', gen_random_uuid(),
    'Brand', 10000, 1, 'EUR', 14, 'paid', '') RETURNING id
"""


def ads_rows(cast: Cast, region: str) -> dict[str, str]:
    """The primary keys, by model."""
    campaign = campaign_of(cast, "draft", region)
    return {
        "ads.advertiser": advertiser_of(cast, region),
        "ads.campaign": campaign,
        "ads.flight": flight_of(cast, campaign),
        "ads.creative": creative_of(cast, campaign),
        "ads.decisionrecord": _one(cast, _DECISION, region),
        "ads.adevent": _one(cast, _EVENT, region, campaign),
        "ads.figure": _one(cast, _FIGURE, region),
        "ads.bill": _one(cast, _BILL, region),
    }


def advertiser_of(cast: Cast, region: str = "gb", *, blocked: bool = False) -> str:
    return _one(cast, _ADVERTISER, region, blocked)


def campaign_of(cast: Cast, state: str, region: str = "gb") -> str:
    """One that could be shown, in that state."""
    campaign = _one(cast, _CAMPAIGN, region, advertiser_of(cast, region), state)
    flight_of(cast, campaign)
    creative_of(cast, campaign)
    return campaign


def flight_of(cast: Cast, campaign: str, *, on: bool = True) -> str:
    return _one(cast, _FLIGHT, campaign, on)


def creative_of(cast: Cast, campaign: str, state: str = "waiting") -> str:
    return _one(cast, _CREATIVE, campaign, state)


def _one(cast: Cast, query: str, *values: object) -> str:
    return str(cast.platform.sql("ads", query, list(values))[0][0])


def _flight(cast: Cast, *, on: bool) -> str:
    return flight_of(cast, campaign_of(cast, "approved"), on=on)


def _event(cast: Cast) -> str:
    return _one(cast, _EVENT, "gb", campaign_of(cast, "approved"))


def _creative(cast: Cast) -> str:
    return creative_of(cast, campaign_of(cast, "approved"))


FITTING_ADS = {
    "ads.adevent:give_back": lambda stage: _event(stage.cast),
    "ads.advertiser:block": lambda stage: advertiser_of(stage.cast),
    "ads.advertiser:unblock": lambda stage: advertiser_of(stage.cast, blocked=True),
    "ads.campaign:submit": lambda stage: campaign_of(stage.cast, "draft"),
    "ads.campaign:take_back": lambda stage: campaign_of(stage.cast, "submitted"),
    "ads.campaign:approve": lambda stage: campaign_of(stage.cast, "submitted"),
    "ads.campaign:reject": lambda stage: campaign_of(stage.cast, "submitted"),
    "ads.campaign:pause": lambda stage: campaign_of(stage.cast, "approved"),
    "ads.campaign:resume": lambda stage: campaign_of(stage.cast, "paused"),
    "ads.campaign:end": lambda stage: campaign_of(stage.cast, "approved"),
    "ads.flight:switch_on": lambda stage: _flight(stage.cast, on=False),
    "ads.flight:switch_off": lambda stage: _flight(stage.cast, on=True),
    "ads.creative:approve": lambda stage: _creative(stage.cast),
    "ads.creative:reject": lambda stage: _creative(stage.cast),
    "ads.creative:retire": lambda stage: _creative(stage.cast),
}
