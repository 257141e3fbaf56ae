"""What is told of memberships. What their owners are only reminded of is not."""

from __future__ import annotations

from collections.abc import Iterator

from modules.analytics.kinds import Tracked
from modules.analytics.tracking.telling import main_units, tell
from modules.subscriptions.events import MembershipChanged, Why
from tiffin.log import Recorded

_NAMES = {
    Why.JOINED: "Membership Started",
    Why.RENEWED: "Membership Renewed",
    Why.PAYMENT_FAILED: "Membership Payment Failed",
    Why.RECOVERED: "Membership Recovered",
    Why.CHANGED: "Membership Changed",
    Why.CANCELS: "Membership Cancelled",
    Why.KEPT: "Membership Kept",
    Why.PAUSED: "Membership Paused",
    Why.RESUMED: "Membership Resumed",
    Why.EXPIRED: "Membership Ended",
    Why.ENDED: "Membership Ended",
    Why.TAKEN_BACK: "Membership Ended",
}


def changed(event: MembershipChanged, record: Recorded) -> Iterator[Tracked]:
    """Cancelled is what its owner asked for, ended what it then does."""
    name = _NAMES.get(event.why)
    if name is not None:
        properties = {
            "membership_id": str(event.membership_id),
            "plan": event.plan_code,
            "reason": event.why.value,
            "total": main_units(event.total) if event.total else None,
            "currency": event.total.currency if event.total else None,
        }
        yield tell(name, record, event.customer_id, properties)
