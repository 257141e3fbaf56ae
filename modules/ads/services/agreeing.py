"""What viewers agree to. Whoever does not any more is forgotten, as far as they had agreed."""

from __future__ import annotations

from uuid import UUID

from modules.ads.interface import AdConsent
from modules.ads.models import Seen, Viewer
from modules.ads.services import forgetting, measuring
from tiffin import clock, db


def agree(customer_id: UUID, *, personal: bool | None = None, by_email: bool | None = None) -> AdConsent:
    """From now on that is what a customer agrees to; None: what they did before. Returns both."""
    with db.transaction():
        db.insert(Viewer(id=customer_id, is_customer=True), unless_taken=("id",))
        viewer = Viewer.objects.select_for_update().get(pk=customer_id)
        ends = viewer.is_personal and personal is False
        viewer.is_personal = viewer.is_personal if personal is None else personal
        viewer.by_email = viewer.by_email if by_email is None else by_email
        viewer.changed_at = clock.now()
        if ends:
            viewer.habits = b""
            Seen.objects.filter(viewer_id=customer_id).delete()
            measuring.forget(customer_id)
        viewer.save(update_fields=("is_personal", "by_email", "habits", "changed_at"))
    return AdConsent(personal=viewer.is_personal, by_email=viewer.by_email)


def agree_as_browser(device_id: UUID, *, personal: bool) -> None:
    """A browser is known only while it agrees; of one that never did there is nothing to forget."""
    if not personal and not forgetting.is_known(device_id):
        return
    with db.transaction():
        if personal:
            forgetting.know_again(device_id)
            Viewer.objects.update_or_create(
                id=device_id,
                defaults={"is_personal": True, "changed_at": clock.now()},
                create_defaults={"is_personal": True, "is_customer": False},
            )
            return
        forgetting.forget(device_id)
