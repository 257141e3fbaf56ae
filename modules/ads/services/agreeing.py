"""What viewers agree to. Whoever does not any more is forgotten, as far as they had agreed."""

from __future__ import annotations

from uuid import UUID

from modules.ads.interface import AdConsent
from modules.ads.models import Seen, Viewer
from modules.ads.services import habits, measuring
from tiffin import clock, db


def agree(customer_id: UUID, consent: AdConsent) -> None:
    """From now on that is what a customer agrees to."""
    agreed = {"is_personal": consent.personal, "by_email": consent.by_email, "changed_at": clock.now()}
    if not consent.personal:
        agreed["habits"] = b""
    with db.transaction():
        Viewer.objects.update_or_create(
            id=customer_id, defaults=agreed, create_defaults={**agreed, "is_customer": True}
        )
        if not consent.personal:
            Seen.objects.filter(viewer_id=customer_id).delete()
            measuring.forget(customer_id)


def agree_as_browser(device_id: UUID, *, personal: bool) -> None:
    """A browser is known only while it agrees."""
    with db.transaction():
        if personal:
            Viewer.objects.update_or_create(
                id=device_id,
                defaults={"is_personal": True, "changed_at": clock.now()},
                create_defaults={"is_personal": True, "is_customer": False},
            )
            return
        Seen.objects.filter(viewer_id=device_id).delete()
        habits.forget_traces(device_id)
        Viewer.objects.filter(pk=device_id).delete()
