"""A delivery from the order's request to the customer's door."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from modules.delivery.events import (
    AGE_REFUSED,
    CourierPickedUp,
    DeliveryCancelled,
    DeliveryCompleted,
    DeliveryFailed,
)
from modules.delivery.handover import judge, new_code
from modules.delivery.interface import (
    DeliveryState,
    DeliveryStateConflict,
    Dropoff,
    Parcel,
    Place,
    Proof,
    ProofKind,
    ProofRefusal,
    ReferenceWrong,
)
from modules.delivery.models import DeliveryTask, OfferState
from modules.delivery.policies import handover_code, patience
from modules.delivery.services.steps import close_open_offer, comes_by, end, lock, lock_for, search, unassign
from modules.delivery.states import FINAL
from tiffin import clock, db, jobs, regions
from tiffin.log import publish
from tiffin.money import Money

LONGEST_REFERENCE = 16


class DropOff(NamedTuple):
    """A delivery after its courier said that it is done, and why it is not."""

    task: DeliveryTask
    refusal: ProofRefusal = ProofRefusal.NONE


def request(
    *,
    order_id: UUID,
    region: str,
    pickup: Place,
    dropoff: Dropoff,
    ready_at: datetime,
    fee: Money,
    parcel: Parcel | None = None,
) -> DeliveryTask:
    """Look for a courier for an order; asking again gives the delivery there is."""
    rules, now = regions.get(region), clock.now()
    today = rules.local(now).date()
    search_for = patience(rules, "courier_search_seconds", on=today)
    parcel, rule = parcel or Parcel(), handover_code(rules, on=today)
    task = DeliveryTask(
        id=order_id,
        region=region,
        customer_id=dropoff.customer_id,
        pickup_name=pickup.name,
        pickup_address=pickup.address,
        pickup_lat=pickup.point.lat,
        pickup_lon=pickup.point.lon,
        dropoff_lat=dropoff.point.lat,
        dropoff_lon=dropoff.point.lon,
        dropoff_sealed=dropoff.sealed,
        fee=fee.amount,
        currency=fee.currency,
        ready_at=ready_at,
        search_until=now + search_for,
        reference=parcel.reference[:LONGEST_REFERENCE],
        handover_code=new_code(rule, parcel.worth),
        attempts_left=rule.attempts if rule else 0,
        may_leave=parcel.minimum_age <= 0 and (rule is None or rule.may_leave),
        minimum_age=parcel.minimum_age,
    )
    with db.transaction():
        if not db.insert(task, unless_taken=("id",)):
            return DeliveryTask.get(order_id)
        search(task)
    return task


def cancel(*, order_id: UUID, reason: str) -> DeliveryTask:
    """Call it off before pick-up; what ended without a courier under way stays as it is.

    Raises DeliveryUnknown, DeliveryStateConflict.
    """
    with db.transaction():
        task = lock(order_id)
        if task.state in {DeliveryState.CANCELLED, DeliveryState.FAILED}:
            return task
        if task.state in {DeliveryState.PICKED_UP, DeliveryState.DELIVERED}:
            raise DeliveryStateConflict(state=task.state_name, action="cancelled")
        close_open_offer(task, OfferState.WITHDRAWN)
        task.reason = reason
        end(task, DeliveryState.CANCELLED, DeliveryCancelled(order_id=task.id, reason=reason))
    return task


def expect(*, order_id: UUID, ready_at: datetime) -> DeliveryTask:
    """The food is ready at another time: who has said yes has as long from then. Raises DeliveryUnknown."""
    with db.transaction():
        task = lock(order_id)
        if task.state in FINAL or task.state is DeliveryState.PICKED_UP or task.ready_at == ready_at:
            return task
        task.ready_at = ready_at
        task.save(update_fields=["ready_at"])
        if task.state is DeliveryState.ASSIGNED:
            jobs.set_deadline(task, "pickup_overdue", due=comes_by(task))
    return task


def give_back(*, courier_id: UUID, order_id: UUID) -> None:
    """The courier cannot come after all: somebody else is asked. What was picked up is brought.

    Raises DeliveryUnknown, also for what somebody else has meanwhile, and DeliveryStateConflict.
    """
    with db.transaction():
        task = lock_for(courier_id, order_id)
        if task.state is not DeliveryState.ASSIGNED:
            raise DeliveryStateConflict(state=task.state_name, action="given back")
        unassign(task, OfferState.PASSED, reason="given_back")


def reassign(*, order_id: UUID) -> DeliveryTask:
    """Somebody of the house sees that the courier will not come: another one is asked.

    Raises DeliveryUnknown, DeliveryStateConflict for what nobody has, or somebody has picked up.
    """
    with db.transaction():
        task = lock(order_id)
        if task.state is not DeliveryState.ASSIGNED:
            raise DeliveryStateConflict(state=task.state_name, action="given to somebody else")
        unassign(task, OfferState.NO_SHOW, reason="staff")
    return task


def pick_up(*, courier_id: UUID, order_id: UUID, reference: str = "") -> DeliveryTask:
    """The courier has it; saying so again changes nothing.

    Raises DeliveryUnknown, DeliveryStateConflict, ReferenceWrong for the bag of another order.
    """
    with db.transaction():
        task = lock_for(courier_id, order_id)
        if task.state is DeliveryState.PICKED_UP:
            return task
        if task.state is not DeliveryState.ASSIGNED:
            raise DeliveryStateConflict(state=task.state_name, action="picked up")
        if reference and task.reference and reference.strip().upper() != task.reference.upper():
            raise ReferenceWrong(reference=task.reference)
        task.move_to(DeliveryState.PICKED_UP)
        task.picked_up_at = clock.now()
        jobs.set_deadline(task, "dropoff_overdue", due=clock.now() + task.patience("delivery_seconds"))
        picked_up = CourierPickedUp(order_id=task.id, courier_id=courier_id)
        publish(task, picked_up, saving=DeliveryTask.fields())
    return task


def drop_off(*, courier_id: UUID, order_id: UUID, proof: tuple[Proof, ...] = ()) -> DropOff:
    """The customer has it, if the proof is right; saying so again changes nothing. A wrong code is counted,
    which an error would undo: what is refused comes back with the delivery.

    Raises DeliveryUnknown, DeliveryStateConflict.
    """
    with db.transaction():
        task = lock_for(courier_id, order_id)
        if task.state is DeliveryState.DELIVERED:
            return DropOff(task)
        if task.state is not DeliveryState.PICKED_UP:
            raise DeliveryStateConflict(state=task.state_name, action="dropped off")
        refusal = judge(
            proof,
            code=task.handover_code,
            attempts_left=task.attempts_left,
            may_leave=task.may_leave,
            asks_age=task.minimum_age > 0,
        )
        if refusal is ProofRefusal.NONE:
            _complete(task, courier_id, proof)
        elif refusal is ProofRefusal.CODE_WRONG:
            task.attempts_left -= 1
            task.save(update_fields=["attempts_left"])
    return DropOff(task, refusal)


def refuse_at_door(*, courier_id: UUID, order_id: UUID) -> DeliveryTask:
    """Nobody at the door is old enough: it goes back to where it was fetched.

    Raises DeliveryUnknown, DeliveryStateConflict, also for what asks for no age.
    """
    with db.transaction():
        task = lock_for(courier_id, order_id)
        if task.state is DeliveryState.FAILED and task.reason == AGE_REFUSED:
            return task
        if task.state is not DeliveryState.PICKED_UP or not task.minimum_age:
            raise DeliveryStateConflict(state=task.state_name, action="refused for somebody's age")
        task.reason = AGE_REFUSED
        end(task, DeliveryState.FAILED, DeliveryFailed(order_id=task.id, reason=AGE_REFUSED))
    return task


def confirm_by_staff(*, order_id: UUID) -> DeliveryTask:
    """Somebody of the house has made sure that the customer has it.

    Raises DeliveryUnknown, DeliveryStateConflict.
    """
    with db.transaction():
        task = lock(order_id)
        if task.state is not DeliveryState.PICKED_UP or task.courier_id is None:
            raise DeliveryStateConflict(state=task.state_name, action="confirmed as handed over")
        _complete(task, task.courier_id, (Proof(kind=ProofKind.BY_STAFF),))
    return task


def _complete(task: DeliveryTask, courier_id: UUID, proof: tuple[Proof, ...]) -> None:
    """A code that nobody asked for proves nothing."""
    asked = bool(task.handover_code)
    kinds = tuple(each.kind for each in proof if asked or each.kind is not ProofKind.CODE)
    task.proof = " ".join(kind.value for kind in kinds)
    task.left_reason = next((each.reason.value for each in proof if each.reason.value), "")
    completed = DeliveryCompleted(order_id=task.id, courier_id=courier_id, proof=kinds)
    end(task, DeliveryState.DELIVERED, completed)
