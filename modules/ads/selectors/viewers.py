"""Who looks, as ads knows them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

import msgspec

from modules.ads.engine.viewer import HOUR, Habits
from modules.ads.engine.viewer import Viewer as Looking
from modules.ads.interface import AdConsent, PageView
from modules.ads.models import Viewer
from tiffin import db

LONGEST_CAP_HOURS = 24 * 30
_VIEWER = """
SELECT viewer.is_personal, viewer.by_email, viewer.habits, viewer.member_until > %(now)s, seen.campaigns,
    seen.hours, seen.counts
FROM (SELECT) AS one
LEFT JOIN ads_viewer AS viewer ON viewer.id = %(id)s
LEFT JOIN LATERAL (
    SELECT array_agg(campaign_id) AS campaigns, array_agg(hour) AS hours, array_agg(count) AS counts
    FROM ads_seen WHERE viewer_id = %(id)s AND hour > %(since)s
) AS seen ON true
"""
_read_habits = msgspec.msgpack.Decoder(Habits).decode
write_habits = msgspec.msgpack.Encoder().encode


def viewer_of(view: PageView, now: datetime) -> Looking:
    """A customer is always known, a browser only where it agreed: nothing is kept of others."""
    id = view.customer_id or view.device_id
    if id is None:
        return Looking()
    hour = int(now.timestamp() // HOUR)
    ((is_personal, by_email, habits, is_member, *seen),) = db.select(
        _VIEWER, id=id, now=now, since=hour - LONGEST_CAP_HOURS
    )
    if view.customer_id is None and is_personal is None:
        return Looking()
    return Looking(
        id,
        read_habits(habits) if is_personal else None,
        _by_campaign(*seen),
        is_personal=bool(is_personal),
        is_member=bool(is_member),
        is_customer=view.customer_id is not None,
        by_email=bool(by_email),
    )


def read_habits(stored: bytes | memoryview | None) -> Habits:
    return _read_habits(bytes(stored)) if stored else Habits()


def _by_campaign(
    campaigns: list[UUID] | None, hours: list[int] | None, counts: list[int] | None
) -> dict[UUID, list[tuple[int, int]]]:
    found: defaultdict[UUID, list[tuple[int, int]]] = defaultdict(list)
    for campaign, hour, count in zip(campaigns or (), hours or (), counts or (), strict=True):
        found[campaign].append((hour, count))
    return found


def consent_of(customer_id: UUID) -> AdConsent:
    """Nothing, of whom nothing is kept."""
    viewer = Viewer.objects.filter(pk=customer_id).first()
    return AdConsent(
        personal=viewer is not None and viewer.is_personal, by_email=viewer is not None and viewer.by_email
    )
