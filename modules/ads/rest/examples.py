"""Examples of what advertisers send."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

CAMPAIGN = [
    OpenApiExample(
        "At most 0.35 a click, 200 in all, over a week",
        value={
            "name": "Ramen at lunch",
            "objective": "traffic",
            "pricing": "cpc",
            "bid": 350_000,
            "budget": 200_000_000,
            "daily_cap": None,
            "pacing": "even",
            "starts_at": "2026-12-07T00:00:00Z",
            "ends_at": "2026-12-14T00:00:00Z",
            "holdout": 500,
        },
        request_only=True,
    )
]
FLIGHT = [
    OpenApiExample(
        "Weekdays around noon, to who has not ordered for long",
        value={
            "name": "Lunch",
            "placements": ["home_carousel", "search_listing"],
            "weekdays": [1, 2, 3, 4, 5],
            "from_hour": 11,
            "to_hour": 15,
            "customers": "lapsed",
            "keywords": ["soup"],
        },
        request_only=True,
    )
]
CREATIVE = [
    OpenApiExample(
        "With a dish of the menu and its price",
        value={
            "name": "Dish",
            "headlines": {"en": "{dish} for {price}", "": "{restaurant}"},
            "texts": {"en": "At your door in {minutes} minutes."},
        },
        request_only=True,
    )
]
REPORT = [
    OpenApiExample(
        "A day",
        value={
            "region": "gb",
            "time_zone": "Europe/London",
            "currency": "GBP",
            "first": "2026-12-07",
            "last": "2026-12-07",
            "grain": "day",
            "totals": {
                "impressions": 5210,
                "clicks": 118,
                "click_rate": 0.022649,
                "orders": 14,
                "filtered": 9,
                "spent": 29_430_000,
                "cost_per_click": 249_406,
                "cost_per_order": 2_102_142,
            },
            "pace": {"planned": 28_571_429, "spent": 29_430_000},
            "incremental": {
                "finding": "measured",
                "orders": 9.4,
                "low": 1.2,
                "high": 17.6,
                "shown_viewers": 4100,
                "shown_orders": 230,
                "held_out_viewers": 214,
                "held_out_orders": 11,
            },
            "by_pricing": {"cpc": 29_430_000},
            "by_placement": {"home_carousel": 29_430_000},
            "steps": [],
        },
        response_only=True,
    )
]
