"""The five axes of an order, each with states of its own, and the status that customers read."""

from __future__ import annotations

from enum import Enum

from tiffin.dto import DTO


class OrderState(Enum):
    """How far the order itself is."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class PaymentState(Enum):
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


class VendorState(Enum):
    """How far the restaurant is with it."""

    NOT_OFFERED = "not_offered"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    READY = "ready"
    COLLECTED = "collected"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class CourierState(Enum):
    """How far the delivery is."""

    NOT_REQUESTED = "not_requested"
    SEARCHING = "searching"
    ASSIGNED = "assigned"
    PICKED_UP = "picked_up"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RefundState(Enum):
    """Whether captured money goes back."""

    NONE = "none"
    DUE = "due"
    REFUNDED = "refunded"


class Status(Enum):
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

    @classmethod
    def _missing_(cls, value: object) -> Status:
        return cls.UNKNOWN


class Axes(DTO):
    """The five states at one moment."""

    order: OrderState
    payment: PaymentState
    vendor: VendorState
    courier: CourierState
    refund: RefundState
