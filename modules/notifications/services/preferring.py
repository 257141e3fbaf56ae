"""What customers want to hear, and in which language."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from modules.ads.interface import Ads
from modules.notifications.interface import LanguageUnknown
from modules.notifications.kinds import ADS_BELOW, OPTIONAL, PUSHED
from modules.notifications.models import Preference
from modules.notifications.wording import languages
from tiffin import db, ids
from tiffin.interfaces import CommandKey, call


def prefer(
    *,
    customer_id: UUID,
    language: str,
    unwanted: Iterable[str],
    unwanted_push: Iterable[str] | None = None,
) -> Preference:
    """As the customer says; what belongs to an order comes by e-mail all the same. None: as it was.

    Raises LanguageUnknown.
    """
    if language and language not in languages():
        raise LanguageUnknown(known=", ".join(languages()))
    chosen: dict[str, object] = {"language": language, "unwanted": sorted(set(unwanted) & set(OPTIONAL))}
    if unwanted_push is not None:
        chosen["unwanted_push"] = sorted(set(unwanted_push) & set(PUSHED))
    with db.transaction():
        kept, _ = Preference.objects.update_or_create(customer_id=customer_id, defaults=chosen)
    return kept


def unsubscribe(*, customer_id: UUID, kind: str) -> None:
    """The customer wants no more of this kind, or no ads below. Raises ModuleUnavailable, ModuleFault."""
    if kind == ADS_BELOW:
        call(Ads).end_emails(key=CommandKey(str(ids.new_id())), customer_id=customer_id)
        return
    with db.transaction():
        Preference.objects.get_or_create(customer_id=customer_id)
        kept = Preference.objects.select_for_update().get(customer_id=customer_id)
        kept.unwanted = sorted({*kept.unwanted, kind})
        kept.save(update_fields=("unwanted",))
