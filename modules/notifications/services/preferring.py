"""What customers want to hear, and in which language."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from modules.notifications.models import Preference
from tiffin import db


def prefer(*, customer_id: UUID, language: str, unwanted: Iterable[str]) -> Preference:
    """As the customer says; kinds that belong to an order are not to be had unwanted."""
    with db.transaction():
        kept, _ = Preference.objects.update_or_create(
            customer_id=customer_id,
            defaults={"language": language, "unwanted": sorted(set(unwanted))},
        )
    return kept


def unsubscribe(*, customer_id: UUID, kind: str) -> None:
    """The customer wants no more of this kind."""
    with db.transaction():
        Preference.objects.get_or_create(customer_id=customer_id)
        kept = Preference.objects.select_for_update().get(customer_id=customer_id)
        kept.unwanted = sorted({*kept.unwanted, kind})
        kept.save(update_fields=("unwanted",))
