"""How sinks of analytics stand and what they did not take, for the staff's pages."""

from __future__ import annotations

from tests.matrix.cast import Cast

_SINK = """
INSERT INTO analytics_sink (name, sent, trouble, failures, refused, holds_all)
VALUES ('segment', 0, '', 0, 0, false)
ON CONFLICT (name) DO UPDATE SET sent = 0 RETURNING name
"""
_HELD = """
INSERT INTO analytics_heldmessage (id, sink, message_id, event_id, name, region, occurred_at, payload, cause,
    attempts, held_at)
VALUES (gen_random_uuid(), 'segment', gen_random_uuid(), gen_random_uuid(), 'orders.order_cancelled.v1', %s,
    now(), %s, 'Matrix', 1, now()) RETURNING id
"""
# Of somebody who agrees to nothing: tried again, it is not sent.
_EVENT = (
    b'{"order_id": "01900000-0000-7000-8000-000000000001",'
    b' "customer_id": "01900000-0000-7000-8000-000000000002",'
    b' "restaurant_id": "01900000-0000-7000-8000-000000000003", "reason": "customer", "by": "customer"}'
)
_PERSON = """
INSERT INTO analytics_person (customer_id, person_id, agreed, changed_at)
VALUES (gen_random_uuid(), gen_random_uuid(), true, now()) RETURNING customer_id
"""
_CONSENT = """
INSERT INTO analytics_consentchange (customer_id, agreed, at) VALUES (gen_random_uuid(), true, now())
RETURNING id
"""
_DELETION = """
INSERT INTO analytics_deletion (id, sink, person_id, asked_at, due, attempts, cause)
VALUES (gen_random_uuid(), 'segment', gen_random_uuid(), now(), now() + interval '1 day', 1, 'Matrix')
RETURNING id
"""


def analytics_rows(cast: Cast, region: str) -> dict[str, str]:
    """The primary keys, by model."""
    return {
        "analytics.sink": _one(cast, _SINK),
        "analytics.heldmessage": held_of(cast, region),
        "analytics.person": _one(cast, _PERSON),
        "analytics.consentchange": _one(cast, _CONSENT),
        "analytics.deletion": _one(cast, _DELETION),
    }


def held_of(cast: Cast, region: str = "gb") -> str:
    return _one(cast, _HELD, region, _EVENT)


def _one(cast: Cast, query: str, *values: object) -> str:
    return str(cast.platform.sql("analytics", query, list(values))[0][0])


FITTING_ANALYTICS = {
    "analytics.heldmessage:try_again": lambda stage: held_of(stage.cast),
    "analytics.heldmessage:skip": lambda stage: held_of(stage.cast),
    "analytics.deletion:ask_again": lambda stage: _one(stage.cast, _DELETION),
    "analytics.deletion:done": lambda stage: _one(stage.cast, _DELETION),
    "analytics.sink:try_now": lambda stage: _one(stage.cast, _SINK),
    "analytics.sink:hold_refused": lambda stage: _one(stage.cast, _SINK),
}
