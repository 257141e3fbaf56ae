"""The six axes of an order, each with states of its own, and the status that customers read."""

from __future__ import annotations

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum


class OrderState(OpenEnum):
    """How far the order itself is."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class PaymentState(OpenEnum):
    """What is known of the customer's money."""

    PENDING = "pending"
    ACTION_REQUIRED = "action_required"
    AUTHORISED = "authorised"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    DECLINED = "declined"
    VOIDING = "voiding"
    VOIDED = "voided"
    FAILED = "failed"
    UNKNOWN = "unknown"


class VendorState(OpenEnum):
    """How far the restaurant is with it."""

    NOT_OFFERED = "not_offered"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    READY = "ready"
    COLLECTED = "collected"
    REJECTED = "rejected"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class CourierState(OpenEnum):
    """How far the delivery is."""

    NOT_REQUESTED = "not_requested"
    SEARCHING = "searching"
    ASSIGNED = "assigned"
    PICKED_UP = "picked_up"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class RefundState(OpenEnum):
    """Whether captured money goes back; `kept`: an order was stopped and all that was taken is kept."""

    NONE = "none"
    DUE = "due"
    REFUNDED = "refunded"
    KEPT = "kept"
    UNKNOWN = "unknown"


class PointsState(OpenEnum):
    """What is known of the points that pay a part of it; `none`: it takes none, `lapsed`: the hold ended
    before they were spent."""

    NONE = "none"
    PENDING = "pending"
    HELD = "held"
    SPENDING = "spending"
    SPENT = "spent"
    RESTORING = "restoring"
    RELEASING = "releasing"
    RELEASED = "released"
    REFUSED = "refused"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"


class Status(OpenEnum):
    """What the customer reads; derived from the axes, never stored on its own."""

    PAYING = "paying"
    ACTION_REQUIRED = "action_required"
    WAITING_FOR_RESTAURANT = "waiting_for_restaurant"
    PREPARING = "preparing"
    READY = "ready"
    ON_THE_WAY = "on_the_way"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


class Axes(DTO):
    """The six states at one moment."""

    order: OrderState
    payment: PaymentState
    vendor: VendorState
    courier: CourierState
    refund: RefundState
    points: PointsState = PointsState.NONE
