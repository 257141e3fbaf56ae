"""What delivery offers: find a courier for an order and bring it there.

`request` and `cancel` are the orders' side. The rest is what a courier does, for pages that act for one.
"""

from __future__ import annotations

from datetime import datetime
from typing import NewType
from uuid import UUID

from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, Interface, OpenEnum, action, command, query
from tiffin.money import Money

CourierId = NewType("CourierId", UUID)
OfferId = NewType("OfferId", UUID)


class DeliveryState(OpenEnum):
    """Where a delivery stands; which may follow which is the table in `states.py`."""

    SEARCHING = "searching"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    PICKED_UP = "picked_up"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Point(DTO):
    """WGS 84, in degrees."""

    lat: float
    lon: float


class Place(DTO):
    """Where the courier fetches: a restaurant's name, street address and door."""

    name: str
    address: str
    point: Point


class Dropoff(DTO):
    """Where the courier brings it. `sealed` is the address encrypted under the customer's key; only identity
    opens it."""

    customer_id: UUID
    point: Point
    sealed: str


class Parcel(DTO):
    """What is carried. `reference` is what the courier says at the counter, `worth` what the customer pays:
    from which worth on a code is asked at the door is the region's. Whoever gets it must be `minimum_age`
    years old (0: it does not matter)."""

    reference: str = ""
    worth: Money | None = None
    minimum_age: int = 0


class ProofKind(OpenEnum):
    """How it is known that the customer has it."""

    CODE = "code"
    LEFT_AT_DOOR = "left_at_door"
    AGE_CHECKED = "age_checked"
    BY_STAFF = "by_staff"
    UNKNOWN = "unknown"


class LeftReason(OpenEnum):
    """Why it was left at the door."""

    NONE = ""
    CUSTOMER_ASKED = "customer_asked"
    NOBODY_ANSWERED = "nobody_answered"
    CODE_NOT_KNOWN = "code_not_known"
    UNKNOWN = "unknown"


class Proof(DTO):
    """What the courier says: the `code` that the customer said, or that it was left at the door and the
    `reason`, or that an age was checked."""

    kind: ProofKind
    code: str = ""
    reason: LeftReason = LeftReason.NONE


class HandoverProofMissing(DomainError, code="handover_proof_missing", status=409):
    """The customer has a code for this delivery."""

    detail = "Ask the customer for the four digits on their screen and send them as a proof of kind `code`."


class HandoverCodeWrong(DomainError, code="handover_code_wrong", status=409):
    """The code is not that of this delivery."""

    detail = "That is not this customer's code; {attempts_left} more tries are left."
    attempts_left: int


class HandoverLocked(DomainError, code="handover_locked", status=409):
    """The code was wrong too often."""

    detail = "No code is taken any more for this delivery; call support, or leave it at the door if you may."


class LeavingRefused(DomainError, code="leaving_refused", status=409):
    """It may not be left at the door like this."""

    detail = "Say why it is left at the door; where the region asks for a code, it may not be left without."


class AgeCheckMissing(DomainError, code="age_check_missing", status=409):
    """Something in it is for people of some age."""

    detail = (
        "Look at the identity card of whoever takes it, and send a proof of kind `age_checked`; if nobody is "
        "old enough, take it back."
    )


HANDOVER_ERRORS = (AgeCheckMissing, HandoverProofMissing, HandoverCodeWrong, HandoverLocked, LeavingRefused)


class ProofRefusal(OpenEnum):
    """Why a proof is none: the codes of the errors that say so."""

    NONE = ""
    PROOF_MISSING = HandoverProofMissing.code
    CODE_WRONG = HandoverCodeWrong.code
    LOCKED = HandoverLocked.code
    LEAVING_REFUSED = LeavingRefused.code
    AGE_CHECK_MISSING = AgeCheckMissing.code
    UNKNOWN = "unknown"

    def error(self, *, attempts_left: int) -> DomainError | None:
        """What is raised about it; None where nothing was refused."""
        if self is ProofRefusal.CODE_WRONG:
            return HandoverCodeWrong(attempts_left=attempts_left)
        found = {each.code: each for each in HANDOVER_ERRORS}.get(self.value)
        return found() if found else None


class Handover(DTO):
    """What the customer says at the door; `code` is empty where none is asked. `locked` after too many wrong
    ones."""

    order_id: UUID
    code: str
    locked: bool


class DeliveryView(DTO):
    """A delivery as an order sees it."""

    order_id: UUID
    region: str
    state: DeliveryState
    ready_at: datetime
    courier_id: CourierId | None = None
    reason: str = ""


class Position(DTO):
    """Where the courier of `order_id` was last seen, at `at`."""

    order_id: UUID
    courier_id: CourierId
    point: Point
    at: datetime


class CourierView(DTO):
    """A courier. `waiting` is whether one is on shift and free for an offer."""

    id: CourierId
    region: str
    on_shift: bool
    waiting: bool


class OfferView(DTO):
    """A delivery offered to one courier until `expires_at`. Distances in metres, as the crow flies."""

    id: OfferId
    order_id: UUID
    pickup: Place
    dropoff_point: Point
    distance_m: int
    fee: Money
    ready_at: datetime
    expires_at: datetime


class CourierDelivery(DTO):
    """A delivery as its courier sees it. `dropoff.sealed` is opened through identity, `reference` is said at
    the counter. Where a code is asked at the door, `attempts_left` is how often it may still be tried, and
    `may_leave` whether it may be left there without. `refusal` is why a proof was none."""

    order_id: UUID
    state: DeliveryState
    pickup: Place
    dropoff: Dropoff
    fee: Money
    ready_at: datetime
    reference: str = ""
    asks_code: bool = False
    attempts_left: int = 0
    may_leave: bool = True
    minimum_age: int = 0
    refusal: ProofRefusal = ProofRefusal.NONE

    def why_not(self) -> DomainError | None:
        """The refusal as an error; None where there is none."""
        return self.refusal.error(attempts_left=self.attempts_left)


class DeliveryUnknown(DomainError, code="delivery_unknown", status=404):
    """There is no such delivery."""

    detail = "There is no delivery for order {order_id}."
    order_id: UUID


class DeliveryStateConflict(DomainError, code="delivery_state_conflict", status=409):
    """The delivery is not in a state that allows this."""

    detail = "A delivery that is {state} cannot be {action}."
    state: str
    action: str


class OfferGone(DomainError, code="offer_gone", status=409):
    """The offer is no longer open."""

    detail = "This delivery is no longer offered to you: it expired, was withdrawn or went to somebody else."


class CourierUnknown(DomainError, code="courier_unknown", status=404):
    """There is no such courier."""

    detail = "You have not been on shift yet; start one first."


class CourierBusy(DomainError, code="courier_busy", status=409):
    """The courier is on the way with a delivery."""

    detail = "Finish the delivery you are on first."


class ReferenceWrong(DomainError, code="pickup_reference_wrong", status=409):
    """This is not the order to be fetched."""

    detail = "The bag you were given is of another order; ask the restaurant for {reference}."
    reference: str


class Delivery(Interface, module="delivery", version=1):
    """Couriers and what they carry."""

    @command(timeout=2.0)
    def request(
        self,
        *,
        key: CommandKey,
        order_id: UUID,
        region: str,
        pickup: Place,
        dropoff: Dropoff,
        ready_at: datetime,
        fee: Money,
        parcel: Parcel | None = None,
    ) -> DeliveryView:
        """Look for a courier. Reports CourierAssigned … DeliveryCompleted, or DeliveryFailed. An order has
        one delivery; asking again gives the one there is."""
        ...

    @command(timeout=2.0, errors=(DeliveryUnknown, DeliveryStateConflict))
    def cancel(self, *, key: CommandKey, order_id: UUID, reason: str) -> DeliveryView:
        """Call it off, as long as it was not picked up. Reports DeliveryCancelled."""
        ...

    @command(timeout=2.0, errors=(DeliveryUnknown,))
    def expect(self, *, key: CommandKey, order_id: UUID, ready_at: datetime) -> DeliveryView:
        """The food is ready at another time than was said. What was picked up or is over stays as it is."""
        ...

    @query(timeout=0.5)
    def get_many(self, *, order_ids: list[UUID]) -> list[DeliveryView]:
        """The deliveries of those of `order_ids` that have one."""
        ...

    @query(timeout=0.3)
    def positions(self, *, order_ids: list[UUID]) -> list[Position]:
        """Where the couriers of those deliveries are, for as many as is known just now."""
        ...

    @query(timeout=0.3)
    def handovers(self, *, customer_id: UUID, order_ids: list[UUID]) -> list[Handover]:
        """What this customer says at the door, for those of `order_ids` that are theirs and under way."""
        ...

    @query(timeout=0.5)
    def courier(self, *, courier_id: CourierId) -> CourierView | None:
        """The courier, or None before the first shift."""
        ...

    @command(timeout=2.0)
    def start_shift(self, *, key: CommandKey, courier_id: CourierId, region: str) -> CourierView:
        """From now on the courier may be offered deliveries in `region`."""
        ...

    @command(timeout=2.0, errors=(CourierUnknown, CourierBusy))
    def end_shift(self, *, key: CommandKey, courier_id: CourierId) -> CourierView:
        """No more offers; the open one goes to the next courier."""
        ...

    @action(timeout=0.3)
    def report_position(self, *, courier_id: CourierId, region: str, point: Point) -> None:
        """Say where a courier is. It leaves nothing behind but a mark in Redis that fades; the next report is
        better than the same again."""
        ...

    @query(timeout=0.5)
    def offers(self, *, courier_id: CourierId) -> list[OfferView]:
        """What the courier is offered just now: at most one, while free."""
        ...

    @command(timeout=2.0, errors=(OfferGone, CourierBusy))
    def accept_offer(self, *, key: CommandKey, courier_id: CourierId, offer_id: OfferId) -> CourierDelivery:
        """Take the delivery."""
        ...

    @command(timeout=2.0, errors=(OfferGone,))
    def pass_offer(self, *, key: CommandKey, courier_id: CourierId, offer_id: OfferId) -> CourierView:
        """Leave it to somebody else."""
        ...

    @query(timeout=0.5)
    def deliveries(self, *, courier_id: CourierId) -> list[CourierDelivery]:
        """What the courier is on the way with: at most one."""
        ...

    @command(timeout=2.0, errors=(DeliveryUnknown, DeliveryStateConflict))
    def give_back(self, *, key: CommandKey, courier_id: CourierId, order_id: UUID) -> None:
        """The courier cannot come after all. Reports CourierUnassigned; somebody else is asked."""
        ...

    @command(timeout=2.0, errors=(DeliveryUnknown, DeliveryStateConflict))
    def pick_up(self, *, key: CommandKey, courier_id: CourierId, order_id: UUID) -> CourierDelivery:
        """The courier has it."""
        ...

    @command(timeout=2.0, errors=(DeliveryUnknown, DeliveryStateConflict))
    def drop_off(
        self,
        *,
        key: CommandKey,
        courier_id: CourierId,
        order_id: UUID,
        proof: tuple[Proof, ...] = (),
    ) -> CourierDelivery:
        """The customer has it. Reports DeliveryCompleted. A proof that is none is no error here, since
        a wrong code is counted: the answer is a delivery that is still `picked_up`, with a `refusal`."""
        ...

    @command(timeout=2.0, errors=(DeliveryUnknown, DeliveryStateConflict))
    def refuse_at_door(self, *, key: CommandKey, courier_id: CourierId, order_id: UUID) -> None:
        """Nobody at the door is old enough for what is in it: it goes back. Reports DeliveryFailed."""
        ...
