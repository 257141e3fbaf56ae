"""How orders refuses: each with a stable code and a sentence that helps."""

from __future__ import annotations

from modules.orders.interface.claims import CancellationPreview
from modules.restaurants.interface import RestaurantUnknown
from tiffin.errors import DomainError
from tiffin.money import Money


class BasketEmpty(DomainError, code="basket_empty", status=422):
    """The basket is empty."""

    detail = "Put at least one dish into the basket."


class BasketTooLarge(DomainError, code="basket_too_large", status=422):
    """The basket holds too much."""

    detail = "An order may hold {maximum} dishes at most; split it into two orders."
    maximum: int


class OrderTooExpensive(DomainError, code="order_too_expensive", status=422):
    """The order costs more than one order may."""

    detail = "An order may cost {maximum} at most; this one comes to {total}."
    maximum: str
    total: str


class BasketItemUnknown(DomainError, code="basket_item_unknown", status=422):
    """The restaurant has no such item."""

    detail = "There is no item {item_id} on this menu (any more); load the menu again."
    item_id: str


class BasketItemUnavailable(DomainError, code="basket_item_unavailable", status=409):
    """An item cannot be had now."""

    detail = "{dish} is not available now; take it out of the basket or choose something else."
    item_id: str
    dish: str


class OptionUnknown(DomainError, code="option_unknown", status=422):
    """An option does not belong to the item."""

    detail = "{dish} has no option {option_id} in group {group_id}; load the menu again."
    dish: str
    group_id: str
    option_id: str


class OptionCountWrong(DomainError, code="option_count_wrong", status=422):
    """Too few or too many options are chosen."""

    detail = "{dish}: choose {minimum} to {maximum} of “{group}”; you chose {chosen}."
    dish: str
    group: str
    group_id: str
    minimum: int
    maximum: int
    chosen: int


class QuantityWrong(DomainError, code="quantity_wrong", status=422):
    """A quantity is not possible."""

    detail = "{dish} can be taken 1 to {maximum} times; you asked for {quantity}."
    dish: str
    maximum: int
    quantity: int


class LineTextWrong(DomainError, code="line_text_wrong", status=422):
    """A name or a note on a line of the basket cannot be taken."""

    detail = "{dish}: write the {what} in one line of at most {longest} characters."
    dish: str
    what: str
    longest: int


class MinimumOrderNotMet(DomainError, code="minimum_order_not_met", status=422):
    """The basket is below the minimum order."""

    detail = "The minimum order is {minimum}; add dishes for {missing} more."
    minimum: str
    missing: str


class TipWrong(DomainError, code="tip_wrong", status=422):
    """The tip is not possible."""

    detail = "A tip is for the courier who brings the food, and not negative."


class DonationWrong(DomainError, code="donation_wrong", status=422):
    """The donation is not possible."""

    detail = "A donation is for a charity of those that are offered here, and not negative."


class RestaurantClosed(DomainError, code="restaurant_closed", status=409):
    """The restaurant is closed."""

    detail = "{name} is closed now; it opens {opens_at}."
    name: str
    opens_at: str


class RestaurantPaused(DomainError, code="restaurant_paused", status=409):
    """The restaurant takes no orders at the moment."""

    detail = "{name} takes no orders at the moment; try again {again_at} or choose another restaurant."
    name: str
    again_at: str = "later"


class AddressOutsideZone(DomainError, code="address_outside_zone", status=422):
    """The address is outside the delivery zone."""

    detail = "{name} does not deliver to this address; choose a restaurant nearer to it or another address."
    name: str


class AddressTicketInvalid(DomainError, code="address_ticket_invalid", status=422):
    """The address cannot be used."""

    detail = "The address ticket is missing, expired or not yours; load your addresses again."


class QuoteInvalid(DomainError, code="quote_invalid", status=422):
    """The quote is not one of ours."""

    detail = "This quote was not made here or was changed on the way; ask for a new quote."


class QuoteNotYours(DomainError, code="quote_not_yours", status=403):
    """The quote belongs to somebody else."""

    detail = "This quote was made for another customer; ask for one of your own."


class QuoteExpired(DomainError, code="quote_expired", status=409):
    """The quote has expired."""

    detail = "This price was good until {expired_at}; ask for a new quote."
    expired_at: str


class QuoteAlreadyUsed(DomainError, code="quote_already_used", status=409):
    """The quote has become an order already."""

    detail = "This quote has become order {order_id} already; look at that order or ask for a new quote."
    order_id: str


class PlacingRefused(DomainError, code="placing_refused", status=409):
    """A rule of the region forbids this order."""

    detail = "{reason}"
    reason: str


class AgeNotConfirmed(DomainError, code="age_not_confirmed", status=409):
    """Something in the order is for people of some age."""

    detail = "Confirm that you are {minimum_age} or older; your identity card is asked for when you get it."
    minimum_age: int


class PaymentMethodMissing(DomainError, code="payment_method_missing", status=409):
    """Points, or whatever else took from the bill, leave something to pay."""

    detail = "Say how you pay: {total} are left to pay."
    total: str


class OrderUnknown(DomainError, code="order_unknown", status=404):
    """There is no such order."""

    detail = "You have no order with this id."


class CancellationRefused(DomainError, code="cancellation_refused", status=409):
    """The order can no longer be cancelled."""

    detail = (
        "The order cannot be cancelled any more: it is {order_status}. Ask support if something is wrong."
    )
    order_status: str


class CancellationChanged(DomainError, code="cancellation_changed", status=409):
    """What cancelling means has changed."""

    detail = (
        "The order has gone on since you looked, and {keeps} would be kept now. Look again, then confirm."
    )
    keeps: Money
    preview: CancellationPreview


class ClaimRefused(DomainError, code="claim_refused", status=409):
    """Nothing can be claimed."""

    detail = "{reason}"
    reason: str


class ClaimLineWrong(DomainError, code="claim_line_wrong", status=422):
    """The claim names dishes that it cannot be about."""

    detail = "{reason}"
    reason: str


class EvidenceRefused(DomainError, code="evidence_refused", status=422):
    """The photo cannot be taken."""

    detail = "{reason}"
    reason: str


class EvidenceUnknown(DomainError, code="evidence_unknown", status=404):
    """There is no such photo."""

    detail = "You have sent no photo with this id, or it has been deleted since."


class ClaimUnknown(DomainError, code="claim_unknown", status=404):
    """There is no such claim."""

    detail = "You have made no claim with this id."


class RatingRefused(DomainError, code="rating_refused", status=409):
    """The order cannot be rated."""

    detail = "{reason}"
    reason: str


class TransitionRefused(DomainError, code="transition_refused", status=409):
    """The order is not in a state for this."""

    detail = "The {axis} cannot go from {from_state} to {to_state}."
    axis: str
    from_state: str
    to_state: str


QUOTE_ERRORS = (
    BasketEmpty,
    BasketTooLarge,
    BasketItemUnknown,
    BasketItemUnavailable,
    OptionUnknown,
    OptionCountWrong,
    QuantityWrong,
    MinimumOrderNotMet,
    OrderTooExpensive,
    TipWrong,
    RestaurantUnknown,
    RestaurantClosed,
    RestaurantPaused,
    AddressOutsideZone,
    AddressTicketInvalid,
    PlacingRefused,
)
PLACE_ERRORS = (
    QuoteInvalid,
    QuoteNotYours,
    QuoteExpired,
    QuoteAlreadyUsed,
    RestaurantUnknown,
    RestaurantClosed,
    RestaurantPaused,
    BasketItemUnavailable,
    PlacingRefused,
)
