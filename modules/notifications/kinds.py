"""What customers are told, each kind with where it may go. The facts of a message are those of its event."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

from tiffin.dto import DTO

# Of what happened longer ago than this nobody is told any more.
STALE = timedelta(hours=24)


class Channel(Enum):
    """Where messages go: an e-mail address, a browser (RFC 8030), or a system of the customer's own."""

    EMAIL = "email"
    PUSH = "push"
    WEBHOOK = "webhook"


# For how long each is tried. An outage of a day at whoever carries e-mails, or at a customer's own system,
# is outlasted: RFC 5321 §4.5.4.1 would have mail tried for four days or more, but an order is news for less.
# What a browser shows is read at once or not at all.
TRIED_FOR = {
    Channel.EMAIL: timedelta(days=2),
    Channel.PUSH: timedelta(days=1),
    Channel.WEBHOOK: timedelta(days=2),
}


class Kind(DTO):
    """`essential` belongs to an order or a membership and always comes by e-mail, if by e-mail at all; the
    rest only to those who want it. Browsers are told what their owners want there. It leads to the page of
    its order, or to that `page` of the account. Its e-mail `has_ad` below for those who agreed to that."""

    code: str
    title: str
    channels: tuple[Channel, ...]
    essential: bool = True
    page: str = "rewards"
    has_ad: bool = False


_ALL = (Channel.EMAIL, Channel.PUSH, Channel.WEBHOOK)
_AT_ONCE = (Channel.PUSH, Channel.WEBHOOK)

CONFIRMED = Kind(code="order_confirmed", title="The order is paid for", channels=_ALL)
ACCEPTED = Kind(code="order_accepted", title="The restaurant has accepted", channels=_AT_ONCE)
DELIVERED = Kind(code="order_delivered", title="The order has arrived", channels=_AT_ONCE)
FEEDBACK = Kind(
    code="order_feedback",
    title="How an order was",
    channels=(Channel.EMAIL,),
    essential=False,
    has_ad=True,
)
CANCELLED = Kind(code="order_cancelled", title="The order was cancelled", channels=_ALL)
REFUNDED = Kind(code="order_refunded", title="Money or points come back", channels=_ALL)
CLAIM_DECIDED = Kind(code="claim_decided", title="A claim was decided", channels=_ALL)

POINTS_EXPIRE = Kind(code="points_expire_soon", title="Points expire soon", channels=_ALL, essential=False)
POINTS_RECEIVED = Kind(
    code="points_received", title="Somebody sent you points", channels=_ALL, essential=False
)
SENDING_RETURNED = Kind(
    code="sending_returned", title="Points you sent come back", channels=_ALL, essential=False
)
GIFT_SKIPPED = Kind(
    code="standing_order_skipped",
    title="Nothing was given this month",
    channels=_ALL,
    page="giving",
    essential=False,
)
TIER_CHANGED = Kind(code="tier_changed", title="Your tier has changed", channels=_ALL, essential=False)

# Money is owed, taken or promised with each: all of it is essential.
MEMBERSHIP = Kind(
    code="membership_changed", title="Your membership has changed", channels=_ALL, page="membership"
)
MEMBERSHIP_PAID = Kind(
    code="membership_paid", title="Your membership is paid for", channels=_ALL, page="membership"
)
MEMBERSHIP_ASKED = Kind(
    code="membership_to_confirm",
    title="Your bank asks you to confirm a payment",
    channels=_ALL,
    page="membership",
)
MEMBERSHIP_UNPAID = Kind(
    code="membership_not_paid",
    title="A payment for your membership failed",
    channels=_ALL,
    page="membership",
)
MEMBERSHIP_PRICE = Kind(
    code="membership_price",
    title="What your membership costs changes",
    channels=_ALL,
    page="membership",
)
MEMBERSHIP_OFFERED = Kind(
    code="membership_offered",
    title="A membership to come back to",
    channels=_ALL,
    page="membership",
    essential=False,
)

KINDS = {
    kind.code: kind
    for kind in (
        CONFIRMED,
        ACCEPTED,
        DELIVERED,
        FEEDBACK,
        CANCELLED,
        REFUNDED,
        CLAIM_DECIDED,
        POINTS_EXPIRE,
        POINTS_RECEIVED,
        SENDING_RETURNED,
        GIFT_SKIPPED,
        TIER_CHANGED,
        MEMBERSHIP,
        MEMBERSHIP_PAID,
        MEMBERSHIP_ASKED,
        MEMBERSHIP_UNPAID,
        MEMBERSHIP_PRICE,
        MEMBERSHIP_OFFERED,
    )
}
# No kind of its own: what stands below some.
ADS_BELOW = "ads"
OPTIONAL = tuple(kind.code for kind in KINDS.values() if not kind.essential)
PUSHED = tuple(kind.code for kind in KINDS.values() if Channel.PUSH in kind.channels)
