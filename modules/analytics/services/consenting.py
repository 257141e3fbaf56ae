"""Whether a customer agrees to be counted."""

from __future__ import annotations

from uuid import UUID

from modules.analytics.models import ConsentChange, HeldMessage, Person
from tiffin import clock, db


def agree(*, customer_id: UUID, agreed: bool) -> Person:
    """What happens from now on is told, or nothing any more; the same again changes nothing. Their id outside
    stays the same."""
    with db.transaction():
        Person.objects.get_or_create(customer_id=customer_id, defaults={"agreed": False})
        person = Person.objects.select_for_update().get(customer_id=customer_id)
        known = ConsentChange.objects.filter(customer_id=customer_id).exists()
        if person.agreed == agreed and known:
            return person
        person.agreed, person.changed_at = agreed, clock.now()
        person.save(update_fields=("agreed", "changed_at"))
        ConsentChange.objects.create(customer_id=customer_id, agreed=agreed, at=person.changed_at)
        if not agreed:
            HeldMessage.objects.filter(customer_id=customer_id).delete()
    return person
