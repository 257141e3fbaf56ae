"""Until when something is snoozed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from modules.restaurants.menus.deliverect import wire


def snooze_end(entity: wire.Entity, snoozes: Mapping[str, wire.Snooze]) -> datetime | None:
    """None: until said otherwise, or a time that cannot be read."""
    snooze = snoozes.get(entity.snooze_id or "") or snoozes.get(entity.plu)
    return moment(snooze.snooze_end) if snooze and snooze.snooze_end else None


def moment(text: str) -> datetime | None:
    """Deliverect's times: ISO 8601, or with a space, in UTC unless they say otherwise. None for anything
    else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
