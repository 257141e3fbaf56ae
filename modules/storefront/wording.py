"""What people read: states in words, and what each of them means for whom."""

from __future__ import annotations

from modules.orders.interface import (
    ClaimReason,
    ClaimState,
    ClaimView,
    Fulfilment,
    LateStep,
    OrderView,
    Party,
    PointsState,
    ReceiptKind,
    ReceiptView,
    Status,
    TimelineEntryView,
    Tracking,
    VendorState,
)
from modules.rewards.interface import (
    DonationSource,
    DonationState,
    DonationView,
    StandingOrderView,
    StandingState,
)
from modules.subscriptions.interface import InvoiceState, MembershipState, MembershipView
from tiffin.dto import DTO


class Words(DTO):
    """`step` is how far the order is on the way of four steps; None when it left it."""

    headline: str
    explanation: str
    step: int | None = None


STATUS: dict[Status, Words] = {
    Status.PAYING: Words(
        headline="Securing your payment", explanation="We ask your card for the money.", step=0
    ),
    Status.ACTION_REQUIRED: Words(
        headline="Please confirm the payment",
        explanation="Your bank wants to know that it is you; the order goes on when you have confirmed.",
        step=0,
    ),
    Status.WAITING_FOR_RESTAURANT: Words(
        headline="Waiting for the restaurant",
        explanation="The restaurant has your order and has still to accept it. Nothing is charged before.",
        step=1,
    ),
    Status.PREPARING: Words(
        headline="The kitchen is at work", explanation="The restaurant has accepted your order.", step=2
    ),
    Status.READY: Words(
        headline="Ready, waiting for the courier",
        explanation="Your food is packed; the courier is on the way to fetch it.",
        step=2,
    ),
    Status.ON_THE_WAY: Words(headline="On the way to you", explanation="The courier has your food.", step=3),
    Status.DELIVERED: Words(headline="Delivered", explanation="Enjoy your meal!", step=4),
    Status.CANCELLED: Words(headline="Cancelled", explanation="This order is over. You are not charged."),
    Status.REFUNDING: Words(
        headline="Cancelled, your money is on its way back",
        explanation="What you paid is being given back to your card.",
    ),
    Status.REFUNDED: Words(headline="Refunded", explanation="What you paid was given back to your card."),
    Status.UNKNOWN: Words(headline="Something is happening", explanation="Look again in a moment."),
}
FETCHED: dict[Status, Words] = {
    Status.READY: Words(
        headline="Ready: come and fetch it",
        explanation="Say the code of your order at the counter.",
        step=3,
    ),
    Status.DELIVERED: Words(headline="Fetched", explanation="Enjoy your meal!", step=4),
}
STEPS = ("Payment", "Restaurant", "Kitchen", "Courier", "At your door")
FETCHED_STEPS = ("Payment", "Restaurant", "Kitchen", "At the counter", "Fetched")


LATER = Words(
    headline="Ordered for later",
    explanation="The restaurant is asked in time. Your money is reserved, and nothing is charged before.",
    step=1,
)
LATER_FOR_POINTS = Words(
    headline="Ordered for later",
    explanation="The restaurant is asked in time. Your points are reserved, and none are spent before.",
    step=1,
)
RESERVING_POINTS = Words(
    headline="Reserving your points", explanation="What you pay with points is set aside first.", step=0
)
NOTHING_TO_PAY = Words(headline="Taking your order", explanation="There is nothing left to pay.", step=0)
NOT_FETCHED = Words(
    headline="Not fetched", explanation="It stood ready and nobody came, so that it is charged.", step=4
)


STOPPED = {
    True: Words(
        headline="Cancelled, the rest is on its way back",
        explanation="What had been begun is charged, the rest is being given back to your card.",
    ),
    False: Words(headline="Cancelled", explanation="What had been begun is charged, and no more."),
}


def words_of(status: Status, fulfilment: Fulfilment) -> Words:
    """What a status means for somebody to whom the food is brought, or who fetches it."""
    if fulfilment is Fulfilment.PICKUP and status in FETCHED:
        return FETCHED[status]
    return STATUS[status]


CANCEL_REASONS = {
    "customer": "You cancelled the order.",
    "staff": "Our staff cancelled the order.",
    "payment_declined": "The card was declined. Try another one.",
    "payment_failed": "The payment did not come about. Try again, or use another card.",
    "payment_timeout": "The payment was not confirmed in time.",
    "points_refused": "The points that were to pay for it were not there any more.",
    "points_too_fast": "You have used many points in a short time. Try again later, or without points.",
    "wallet_under_review": "Something about your points is being looked into; until then none can be used.",
    "points_timeout": "The points that were to pay for it could not be reserved in time.",
    "points_lapsed": "The reservation of your points lapsed before the restaurant answered.",
    "not_collected": "Nobody came to fetch the food from the restaurant.",
    "not_delivered": "It never reached you.",
    "payment_lapsed": "The payment lapsed before the restaurant answered.",
    "restaurant_rejected": "The restaurant could not take the order.",
    "restaurant_no_answer": "The restaurant did not answer in time.",
    "restaurant_lost_order": "The restaurant could not finish the order.",
    "no_courier": "No courier could be found.",
    "age_refused": "Nobody old enough was there to take it.",
    "delivery_failed": "The courier could not bring it.",
    "delivery_cancelled": "The delivery was called off.",
}

_AXES = {
    ("order", "placed"): "You placed the order",
    ("order", "cancelled"): "The order was cancelled",
    ("payment", "action_required"): "Your bank asks you to confirm",
    ("payment", "authorised"): "The money is reserved",
    ("payment", "captured"): "You were charged",
    ("payment", "declined"): "The card was declined",
    ("payment", "voided"): "The reservation of the money was lifted",
    ("payment", "failed"): "The payment failed",
    ("vendor", "offered"): "The restaurant was asked",
    ("vendor", "accepted"): "The restaurant accepted",
    ("vendor", "ready"): "The food is ready",
    ("vendor", "rejected"): "The restaurant declined",
    ("vendor", "collected"): "The food left the restaurant",
    ("courier", "searching"): "Looking for a courier",
    ("courier", "assigned"): "A courier is coming",
    ("courier", "picked_up"): "The courier has your food",
    ("courier", "delivered"): "Delivered",
    ("courier", "failed"): "No courier could bring it",
    ("points", "held"): "Your points are reserved",
    ("points", "spent"): "Your points are spent",
    ("points", "released"): "Your points are yours again",
    ("points", "refused"): "The points were not there",
    ("refund", "due"): "Your money is on its way back",
    ("refund", "refunded"): "Your money is back on the card",
    ("refund", "kept"): "You are charged for what had been begun",
}


def words_for(seen: OrderView) -> Words:
    """What is said above an order."""
    if seen.cancel_reason == "not_fetched":
        return NOT_FETCHED
    if seen.kept:
        return STOPPED[seen.status is Status.REFUNDING]
    if seen.status is Status.PAYING and seen.axes.points is PointsState.PENDING:
        return RESERVING_POINTS
    if seen.status is Status.PAYING and not seen.total.amount:
        return NOTHING_TO_PAY
    waits = seen.status is Status.WAITING_FOR_RESTAURANT
    if waits and seen.wanted_at is not None and seen.axes.vendor is VendorState.NOT_OFFERED:
        return LATER if seen.total.amount else LATER_FOR_POINTS
    return words_of(seen.status, seen.fulfilment)


_PROOFS = {
    "code": "Delivered: you said the code",
    "left_at_door": "Left at your door",
    "by_staff": "Delivered, as our staff made sure",
}


_BY_BANK = {
    "charged_back": "Your bank took the money back",
    "chargeback_reversed": "Your bank gave the money to us again",
}


def happened(entry: TimelineEntryView) -> str:
    """What an entry of the timeline says to its customer; empty for what only concerns the house."""
    if entry.note in _BY_BANK:
        return _BY_BANK[entry.note]
    if entry.axis in {"payment", "refund"} and entry.note == "nothing_to_pay":
        return ""
    if (entry.axis, entry.from_state) == ("points", "restoring"):
        return "Points came back to you"
    if (entry.axis, entry.from_state) == ("vendor", entry.to_state):
        return "The kitchen needs longer than it said"
    if (entry.axis, entry.to_state) == ("courier", "delivered"):
        return _PROOFS.get((entry.note or "").partition("+")[0], "Delivered")
    return _AXES.get((entry.axis, entry.to_state), "")


_LATE = {
    LateStep.ANSWER: "The restaurant takes longer than usual to answer.",
    LateStep.KITCHEN: "The kitchen needs longer than it said.",
    LateStep.COURIER_SEARCH: "Your food is ready, and we are still looking for a courier.",
    LateStep.COLLECTION: "Your food is ready, and the courier has not fetched it yet.",
    LateStep.WAY: "The courier needs longer than usual for the way.",
}


def what_is_late(seen: Tracking) -> str:
    """What takes longer than it should, and who is at it; empty while everything goes its way."""
    return "" if seen.late is None else _LATE.get(seen.late.step, "")


def why_cancelled(reason: str | None) -> str:
    return CANCEL_REASONS.get(reason or "", "")


def why_back(reason: str) -> str:
    """Why money goes back to a customer."""
    if reason == "late":
        return "It came later than we had promised"
    return "For what was wrong" if reason.startswith("claim_") else "For the order"


CLAIM_REASONS = {
    ClaimReason.MISSING.value: "is missing",
    ClaimReason.WRONG.value: "is not what I ordered",
    ClaimReason.DAMAGED.value: "arrived damaged",
    ClaimReason.BAD.value: "was not good to eat",
    ClaimReason.NEVER_ARRIVED.value: "nothing arrived at all",
}

_CLAIM_STATES = {
    ClaimState.OPEN: "We are looking into it.",
    ClaimState.GRANTED: "Your money is on its way back, or back already.",
    ClaimState.REFUSED: "We could not follow you in this. Write to our support if we are wrong.",
}


def claim_state(made: ClaimView) -> str:
    """How it stands with a claim."""
    return _CLAIM_STATES.get(made.state, "")


def claim_made(made: ClaimView) -> str:
    """What is said to somebody who has just made it."""
    if made.state is ClaimState.GRANTED:
        return "We are sorry. Your money is on its way back."
    return "Thank you for telling us. We are looking into it."


_DONATION_SOURCES = {
    DonationSource.POINTS: "points",
    DonationSource.STANDING: "points, each month",
    DonationSource.ROUND_UP: "on top of an order",
}
_DONATION_STATES = {
    DonationState.GIVEN: "Goes with the next payment to the cause",
    DonationState.ON_THE_WAY: "On its way to the cause",
    DonationState.SETTLED: "The cause has it",
    DonationState.TAKEN_BACK: "Came back to you with a refund",
}


def donation_source(given: DonationView) -> str:
    """As what it was given."""
    return _DONATION_SOURCES.get(given.source, "")


def donation_state(given: DonationView) -> str:
    """How far it has come."""
    return _DONATION_STATES.get(given.state, "")


def standing_order_changed(order: StandingOrderView) -> str:
    """What is said to somebody who has just changed it."""
    if order.state is StandingState.STOPPED:
        return f"Nothing is given to {order.charity} each month any more."
    if order.state is StandingState.PAUSED:
        return f"Giving to {order.charity} each month is paused."
    return f"{order.points} points are given to {order.charity} each month."


# The first that a user agent names: each names those it descends from, too.
_SYSTEMS = ("Android", "iPhone", "iPad", "CrOS", "Windows", "Macintosh", "Linux")
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser/": "Samsung Internet", "Firefox/": "Firefox",
             "Chrome/": "Chrome", "Safari/": "Safari"}  # fmt: skip
_PLAIN = {"CrOS": "ChromeOS", "Macintosh": "Mac"}


def device_name(user_agent: str) -> str:
    """What its owner knows a browser by, from what it calls itself: no version, and nothing that tells two of
    a kind apart. Empty for one that says nothing of it."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "")
    system = next((_PLAIN.get(name, name) for name in _SYSTEMS if name in user_agent), "")
    return " on ".join(filter(None, (browser, system)))


_ISSUERS = {Party.RESTAURANT: "the food", Party.PLATFORM: "our fees", Party.COURIER: "the tip"}


def receipt_name(written: ReceiptView) -> str:
    """What a receipt is for, and its number."""
    of_what = _ISSUERS.get(written.issuer, "the rest")
    name = "Credit note" if written.kind is ReceiptKind.CORRECTION else "Receipt"
    return f"{name} for {of_what}, {written.number}"


INVOICES = {
    InvoiceState.OPEN: "to be paid",
    InvoiceState.PAID: "paid",
    InvoiceState.VOID: "not asked for any more",
    InvoiceState.UNCOLLECTIBLE: "not paid",
    InvoiceState.UNKNOWN: "",
}
_MEMBERSHIPS = {
    MembershipState.INCOMPLETE: Words(
        headline="Waiting for your first payment",
        explanation="It begins as soon as your payment has come. Look again in a moment.",
    ),
    MembershipState.TRIALING: Words(
        headline="You are trying it out", explanation="It costs nothing until the trial is over."
    ),
    MembershipState.ACTIVE: Words(headline="You are a member", explanation="It renews until you cancel."),
    MembershipState.PAST_DUE: Words(
        headline="A payment failed",
        explanation="It is tried again on the next days, or at once when you choose another card.",
    ),
    MembershipState.PAUSED: Words(
        headline="Paused", explanation="It brings nothing and costs nothing while it is paused."
    ),
    MembershipState.UNPAID: Words(
        headline="Not paid",
        explanation="It brings nothing until you pay with another card. Nothing is tried by itself any more.",
    ),
    MembershipState.UNKNOWN: Words(headline="Something is happening", explanation="Look again in a moment."),
}
_LEAVING = Words(headline="It ends soon", explanation="You have it until then, and pay nothing more.")
_MEMBER_CONFIRMS = Words(
    headline="Please confirm the payment",
    explanation="Your bank wants to know that it is you. What is not confirmed in time is not charged.",
)


def membership_words(member: MembershipView) -> Words:
    if member.action_url:
        return _MEMBER_CONFIRMS
    if member.cancels:
        return _LEAVING
    return _MEMBERSHIPS.get(member.state, _MEMBERSHIPS[MembershipState.UNKNOWN])
