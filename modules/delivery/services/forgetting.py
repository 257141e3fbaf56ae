"""Where a delivery went is forgotten with its customer."""

from __future__ import annotations

from uuid import UUID

from modules.delivery.models import DeliveryTask
from modules.delivery.services.steps import lock
from tiffin import clock, db, jobs


@db.transaction_required
def forget_customer(*, customer_id: UUID) -> None:
    """Each of their deliveries is forgotten as soon as it is over; orders call off what is open."""
    tasks = DeliveryTask.objects.select_for_update(no_key=True).filter(customer_id=customer_id)
    for task in tasks.order_by("pk"):
        jobs.add(task, "forget_dropoff", due=clock.now())


def forget_dropoff(*, order_id: UUID) -> bool:
    """False while somebody may still have to go there. Raises DeliveryUnknown."""
    with db.transaction():
        task = lock(order_id)
        if task.ended_at is None:
            return False
        task.forget_dropoff()
        task.save()
    return True
