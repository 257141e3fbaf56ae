"""The kinds of accounts, what may move between them and why, and how a hold ends."""

from __future__ import annotations

from enum import StrEnum

from modules.rewards.interface import BillState, Flow, HoldState, SendingState, StandingState
from tiffin.states import Machine

POINTS = "PTS"


class AccountKind(StrEnum):
    """Whose an account is and what for."""

    # A customer's. The first three are made of lots.
    PENDING = "pending"  # earned, and may still be taken back
    AVAILABLE = "available"
    HELD = "held"  # promised to an order, or sent and not yet looked into
    DEBT = "debt"  # taken back when it had been spent already: zero or below
    # The programme's, per region.
    ISSUANCE = "issuance"
    FUNDING = "funding"  # of a partner's campaign: what the partner owes for its points
    REDEEMED = "redeemed"
    EXPIRED = "expired"  # breakage
    DONATED = "donated"
    TRANSIT = "transit"  # between two customers
    EXPENSE = "expense"  # money that the programme owes to charities for points
    COLLECTED = "collected"  # money that customers gave on top of their orders
    PAID = "paid"  # money on its way to charities, or there
    # A charity's, in money: never below nothing.
    PAYABLE = "payable"


IN_LOTS = frozenset({AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.HELD})
OF_CUSTOMERS = IN_LOTS | {AccountKind.DEBT}
OF_PARTIES = frozenset({AccountKind.FUNDING, AccountKind.PAYABLE})
IN_MONEY = frozenset({AccountKind.EXPENSE, AccountKind.COLLECTED, AccountKind.PAID, AccountKind.PAYABLE})
# A customer's accounts lie together: each so many numbers after the one of what is available.
PLACES = {AccountKind.AVAILABLE: 0, AccountKind.PENDING: 1, AccountKind.HELD: 2, AccountKind.DEBT: 3}
NEVER_BELOW_NOTHING = IN_LOTS | {AccountKind.PAYABLE}


class Way:
    """From which kind of account to which, and whether a new lot is opened there; what follows from that is
    asked for every transfer, and so is written down once."""

    def __init__(self, debit: AccountKind, credit: AccountKind, *, opens: bool = False) -> None:
        kinds = {debit, credit}
        self.debit, self.credit, self.opens = debit, credit, opens
        self.of_customer = bool(kinds & OF_CUSTOMERS)
        self.of_party = bool(kinds & OF_PARTIES)
        self.in_money = bool(kinds & IN_MONEY)
        self.from_lots, self.to_lots = debit in IN_LOTS, credit in IN_LOTS
        self.from_available = debit is AccountKind.AVAILABLE


_A = AccountKind
FLOWS: dict[Flow, Way] = {
    Flow.EARN: Way(_A.ISSUANCE, _A.PENDING, opens=True),
    Flow.EARN_FUNDED: Way(_A.FUNDING, _A.PENDING, opens=True),
    Flow.GRANT: Way(_A.ISSUANCE, _A.AVAILABLE, opens=True),
    Flow.CONFIRM: Way(_A.PENDING, _A.AVAILABLE),
    Flow.UNEARN: Way(_A.PENDING, _A.ISSUANCE),
    Flow.UNEARN_FUNDED: Way(_A.PENDING, _A.FUNDING),
    Flow.TAKE_BACK: Way(_A.AVAILABLE, _A.ISSUANCE),
    Flow.OWE: Way(_A.DEBT, _A.ISSUANCE),
    Flow.REPAY: Way(_A.AVAILABLE, _A.DEBT),
    Flow.HOLD: Way(_A.AVAILABLE, _A.HELD),
    Flow.POST: Way(_A.HELD, _A.REDEEMED),
    Flow.RELEASE: Way(_A.HELD, _A.AVAILABLE),
    Flow.RESTORE: Way(_A.REDEEMED, _A.AVAILABLE),
    Flow.EXPIRE: Way(_A.AVAILABLE, _A.EXPIRED),
    Flow.SEND: Way(_A.AVAILABLE, _A.TRANSIT),
    Flow.RECEIVE: Way(_A.TRANSIT, _A.AVAILABLE, opens=True),
    Flow.DONATE: Way(_A.AVAILABLE, _A.DONATED),
    Flow.PLEDGE: Way(_A.EXPENSE, _A.PAYABLE),
    Flow.COLLECT: Way(_A.COLLECTED, _A.PAYABLE),
    Flow.UNCOLLECT: Way(_A.PAYABLE, _A.COLLECTED),
    Flow.PAY: Way(_A.PAYABLE, _A.PAID),
    Flow.RETURN: Way(_A.PAID, _A.PAYABLE),
    Flow.BILL: Way(_A.ISSUANCE, _A.FUNDING),
    Flow.LEVEL: Way(_A.PAYABLE, _A.PAYABLE),
}

# A hold ends once: its points are spent, in whole or in part, or free again.
HOLD = Machine(
    "A hold of points",
    HoldState.HELD,
    {HoldState.HELD: (HoldState.POSTED, HoldState.VOIDED, HoldState.EXPIRED)},
)


BILL = Machine(
    "A partner's bill",
    BillState.WANTED,
    {
        BillState.WANTED: (BillState.INVOICED, BillState.PAID, BillState.FAILED),
        BillState.INVOICED: (BillState.PAID, BillState.FAILED),
    },
)


class EarningState(StrEnum):
    """Where the points of an order stand."""

    NEW = "new"  # delivered, and its points not yet reckoned
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REVERSED = "reversed"  # all of it was taken back
    NOTHING = "nothing"  # it earns none


class CampaignState(StrEnum):
    """A campaign gives points while it is active."""

    DRAFT = "draft"
    ACTIVE = "active"
    ENDED = "ended"


EARNING = Machine(
    "An earning",
    EarningState.NEW,
    {
        EarningState.NEW: (EarningState.PENDING, EarningState.NOTHING),
        EarningState.PENDING: (EarningState.CONFIRMED, EarningState.REVERSED),
        EarningState.CONFIRMED: (EarningState.REVERSED,),
    },
)

CAMPAIGN = Machine(
    "A campaign",
    CampaignState.DRAFT,
    {
        CampaignState.DRAFT: (CampaignState.ACTIVE, CampaignState.ENDED),
        CampaignState.ACTIVE: (CampaignState.ENDED,),
    },
)

STANDING_ORDER = Machine(
    "A standing order",
    StandingState.ACTIVE,
    {
        StandingState.ACTIVE: (StandingState.PAUSED, StandingState.STOPPED),
        StandingState.PAUSED: (StandingState.ACTIVE, StandingState.STOPPED),
    },
)


class BatchState(StrEnum):
    """Where the donations of one settlement are."""

    GATHERING = "gathering"  # they are brought together
    SENDING = "sending"  # whoever settles is told
    ACCEPTED = "accepted"  # and knows, and does not want the money yet
    PAYING = "paying"  # the money is to be paid out
    PAID = "paid"  # to whoever settles
    DISBURSED = "disbursed"  # the charity has it
    DISPUTED = "disputed"  # what is told does not fit what was paid: staff must look
    RETURNING = "returning"  # they are payable again, a part after the other
    RETURNED = "returned"


_B = BatchState
# Money that was paid may come back: so nothing that was paid is the end.
BATCH = Machine(
    "A settlement",
    _B.GATHERING,
    {
        _B.GATHERING: (_B.SENDING, _B.RETURNING),
        _B.SENDING: (_B.ACCEPTED, _B.PAYING, _B.DISPUTED, _B.RETURNING),
        _B.ACCEPTED: (_B.PAYING, _B.DISPUTED, _B.RETURNING),
        _B.PAYING: (_B.PAID, _B.DISBURSED, _B.DISPUTED, _B.RETURNING),
        _B.PAID: (_B.DISBURSED, _B.DISPUTED, _B.RETURNING),
        _B.DISBURSED: (_B.DISPUTED, _B.RETURNING),
        _B.DISPUTED: (_B.DISBURSED, _B.RETURNING),
        _B.RETURNING: (_B.RETURNED,),
    },
)
BATCH_AT_REST = frozenset({_B.DISBURSED, _B.RETURNED})


class WalletState(StrEnum):
    """Whether a wallet may be used."""

    GOOD = "good"
    UNDER_REVIEW = "under_review"  # somebody looks into it: nothing is taken from it
    FROZEN = "frozen"  # somebody has: nothing is taken until staff say otherwise


class AdjustmentState(StrEnum):
    """Where what staff want given or taken stands."""

    WANTED = "wanted"
    POSTED = "posted"
    REFUSED = "refused"
    LAPSED = "lapsed"


STANDING = Machine(
    "A wallet",
    WalletState.GOOD,
    {
        WalletState.GOOD: (WalletState.UNDER_REVIEW,),
        WalletState.UNDER_REVIEW: (WalletState.GOOD, WalletState.FROZEN),
        WalletState.FROZEN: (WalletState.GOOD,),
    },
)

# Most are sent at once.
SENDING = Machine(
    "A sending",
    (SendingState.SENT, SendingState.HELD),
    {SendingState.HELD: (SendingState.SENT, SendingState.RETURNED)},
)

ADJUSTMENT = Machine(
    "An adjustment",
    AdjustmentState.WANTED,
    {AdjustmentState.WANTED: (AdjustmentState.POSTED, AdjustmentState.REFUSED, AdjustmentState.LAPSED)},
)
