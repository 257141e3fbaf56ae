"""What payments refuses of a payment."""

from __future__ import annotations

from uuid import UUID

from tiffin.errors import DomainError
from tiffin.money import Money


class PaymentUnknown(DomainError, code="payment_unknown", status=404):
    """There is no such payment."""

    detail = "There is no payment {payment_id}."
    payment_id: UUID


class PaymentMethodUnknown(DomainError, code="payment_method_unknown", status=422):
    """The payment method cannot be used here."""

    detail = "The payment method {method} cannot be used here; choose one of those offered for {region}."
    method: str
    region: str


class PaymentAmountInvalid(DomainError, code="payment_amount_invalid", status=422):
    """The amount is not one that can be paid."""

    detail = "{amount} cannot be {action}: it must be more than nothing and at most {limit}."
    action: str
    amount: Money
    limit: Money


class PaymentDiffers(DomainError, code="payment_differs", status=409):
    """The order already has a payment on other terms."""

    detail = "Order {order_id} already has a payment over {amount}; an order is paid once."
    order_id: UUID
    amount: Money


class PaymentStateConflict(DomainError, code="payment_state_conflict", status=409):
    """The payment is not in a state that allows this."""

    detail = "A payment that is {state} cannot be {action}."
    state: str
    action: str


class MethodsNotKept(DomainError, code="payment_methods_not_kept", status=409):
    """Cards are not kept in this region."""

    detail = "Cards are not kept for {region}; choose one for each order."
    region: str


class TooManyMethods(DomainError, code="too_many_payment_methods", status=409):
    """There are too many kept cards."""

    detail = "At most {limit} cards are kept; remove one first."
    limit: int


class KeptMethodUnknown(DomainError, code="kept_method_unknown", status=404):
    """There is no such kept card."""

    detail = "There is no kept card {method_id}."
    method_id: UUID


class TooManyCharges(DomainError, code="too_many_charges", status=422):
    """More charges than are taken at a time."""

    detail = "At most {limit} charges are taken at a time, and {asked} were asked for."
    limit: int
    asked: int
