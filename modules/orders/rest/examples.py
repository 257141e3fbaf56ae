"""Examples for the API's description."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

_RESTAURANT = "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
_ITEM = "5b0e8c1e-6f43-5a55-9d1c-0c9a7f3f1b11"
_GROUP = "7d1f2f7a-1c62-5d0f-8a35-51f3f9a0c222"
_OPTION = "c7f4a6de-93d8-5f2b-b1d0-6f0e5d2a3333"

QUOTE = [
    OpenApiExample(
        "To a customer's address",
        value={
            "restaurant_id": _RESTAURANT,
            "lines": [
                {
                    "item_id": _ITEM,
                    "quantity": 2,
                    "choices": [{"group_id": _GROUP, "option_id": _OPTION, "quantity": 1}],
                }
            ],
            "address_ticket": "eyJhbGciOiJSUzI1NiJ9…",
            "tip": 300,
        },
        request_only=True,
    ),
    OpenApiExample(
        "Fetched by the customer, with a code",
        value={
            "restaurant_id": _RESTAURANT,
            "lines": [{"item_id": _ITEM}],
            "fulfilment": "pickup",
            "promotion_code": "SOUP",
        },
        request_only=True,
    ),
    OpenApiExample(
        "For two who eat together",
        value={
            "restaurant_id": _RESTAURANT,
            "lines": [
                {"item_id": _ITEM, "for_person": "Zofia", "note": "No spring onions, please"},
                {"item_id": _ITEM, "quantity": 2, "for_person": "Adam"},
            ],
            "address_ticket": "eyJhbGciOiJSUzI1NiJ9…",
        },
        request_only=True,
    ),
    OpenApiExample(
        "Paid with points as far as they go, and rounded up for a charity",
        value={
            "restaurant_id": _RESTAURANT,
            "lines": [{"item_id": _ITEM}],
            "address_ticket": "eyJhbGciOiJSUzI1NiJ9…",
            "all_points": True,
            "charity_id": "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e10",
        },
        request_only=True,
    ),
    OpenApiExample(
        "A preview for anybody",
        value={
            "restaurant_id": _RESTAURANT,
            "lines": [{"item_id": _ITEM}],
            "point": {"lat": 52.23, "lon": 21.01},
        },
        request_only=True,
    ),
]

PLACE = [
    OpenApiExample(
        "With a test card",
        value={"quote": "q1.kR3…", "payment_method": "pm_card_visa"},
        request_only=True,
    )
]

CANCEL = [
    OpenApiExample("As the preview said: 12.50 are kept", value={"keeps": 1250}, request_only=True),
    OpenApiExample("Whatever is kept", value={}, request_only=True),
]

CLAIM = [
    OpenApiExample(
        "One of two dumplings is missing",
        value={"reason": "missing", "lines": [{"line": 0, "quantity": 1}], "words": "Only one came."},
        request_only=True,
    ),
    OpenApiExample("Nothing came", value={"reason": "never_arrived"}, request_only=True),
]

APPEAL = [
    OpenApiExample("It was cold", value={"words": "The photo shows that it was cold."}, request_only=True)
]

RATING = [OpenApiExample("Very good", value={"food": 5, "courier": 5}, request_only=True)]

PROGRESS = [
    OpenApiExample(
        "Four minutes away, and later than promised",
        value={
            "order_id": _ITEM,
            "status": "on_the_way",
            "tracking": {
                "promised_from": "2026-06-01T12:26:00Z",
                "promised_by": "2026-06-01T12:42:00Z",
                "eta_from": "2026-06-01T12:40:00Z",
                "eta_by": "2026-06-01T12:48:00Z",
                "behind_minutes": 6,
                "late": {"step": "way", "party": "courier", "since": "2026-06-01T12:39:00Z"},
            },
            "courier": {
                "lat": 51.515,
                "lon": -0.128,
                "at": "2026-06-01T12:40:31Z",
                "towards": "door",
                "distance_m": 790,
                "minutes": 4,
            },
        },
        response_only=True,
    )
]
