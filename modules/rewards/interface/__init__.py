"""Points that customers earn, spend, send and give away."""

from __future__ import annotations

from uuid import UUID

from modules.rewards.interface.benefits import Benefit
from modules.rewards.interface.bills import BILL_PURPOSE, BillState, BillView
from modules.rewards.interface.charity import (
    Charity,
    DonationPreview,
    DonationReceipt,
    DonationSource,
    DonationsPage,
    DonationState,
    DonationView,
    GivenTo,
    StandingOrderView,
    StandingState,
    YearOfGiving,
)
from modules.rewards.interface.desk import (
    CampaignView,
    LotView,
    Membership,
    RewardsAccount,
    SendingLine,
    SendingPreview,
    SendingsPage,
    SendingState,
    SendingView,
    StatementLine,
    StatementPage,
    TierView,
)
from modules.rewards.interface.errors import (
    CharityUnknown,
    CodeUnknown,
    DonationInvalid,
    DonationUnknown,
    GivingNotOffered,
    HoldConflict,
    HoldUnknown,
    InsufficientPoints,
    PointsInvalid,
    SendingRefused,
    StandingOrderUnknown,
    TooFast,
    TooManyStandingOrders,
    TooManyTransfers,
    TooManyWallets,
    TransferDiffers,
    TransferInvalid,
    WalletUnderReview,
)
from modules.rewards.interface.ledger import Flow, Posting, PostResult, Refused, Transfer
from modules.rewards.interface.settlements import SETTLEMENT_PURPOSE, SettlementView
from modules.rewards.interface.totals import AccountTotal
from modules.rewards.interface.wallets import HoldState, HoldView, Wallet
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, Interface, command, query
from tiffin.regions import UnknownRegion
from tiffin.states import StateConflict

__all__ = [
    "BILL_PURPOSE",
    "GIVE_ERRORS",
    "SEND_ERRORS",
    "SETTLEMENT_PURPOSE",
    "AccountTotal",
    "Benefit",
    "BillState",
    "BillView",
    "CampaignView",
    "Charity",
    "CharityUnknown",
    "CodeUnknown",
    "DonationInvalid",
    "DonationPreview",
    "DonationReceipt",
    "DonationSource",
    "DonationState",
    "DonationUnknown",
    "DonationView",
    "DonationsPage",
    "Flow",
    "GivenTo",
    "GivingNotOffered",
    "HoldConflict",
    "HoldState",
    "HoldUnknown",
    "HoldView",
    "InsufficientPoints",
    "LotView",
    "Membership",
    "PointsInvalid",
    "PostResult",
    "Posting",
    "Refused",
    "Rewards",
    "RewardsAccount",
    "SendingLine",
    "SendingPreview",
    "SendingRefused",
    "SendingState",
    "SendingView",
    "SendingsPage",
    "SettlementView",
    "StandingOrderUnknown",
    "StandingOrderView",
    "StandingState",
    "StatementLine",
    "StatementPage",
    "TierView",
    "TooFast",
    "TooManyStandingOrders",
    "TooManyTransfers",
    "TooManyWallets",
    "Transfer",
    "TransferDiffers",
    "TransferInvalid",
    "Wallet",
    "WalletUnderReview",
    "YearOfGiving",
]

# What sending points, or asking what it would mean, can be refused for.
SEND_ERRORS: tuple[type[DomainError], ...] = (
    CodeUnknown,
    InsufficientPoints,
    PointsInvalid,
    SendingRefused,
    TooFast,
    UnknownRegion,
    WalletUnderReview,
)

# The same of giving them.
GIVE_ERRORS: tuple[type[DomainError], ...] = (
    CharityUnknown,
    DonationInvalid,
    GivingNotOffered,
    InsufficientPoints,
    TooFast,
    WalletUnderReview,
)


class Rewards(Interface, module="rewards", version=1):
    """Points that customers earn and spend."""

    @query(timeout=0.3)
    def wallet(self, *, customer_id: UUID) -> Wallet:
        """What the customer has; nothing, when they never had points."""
        ...

    @query(timeout=0.5, errors=(TooManyWallets,))
    def wallets(self, *, customer_ids: list[UUID]) -> list[Wallet]:
        """The same of many, at most 1,000, in the order asked."""
        ...

    @command(
        timeout=2.0,
        errors=(
            InsufficientPoints,
            PointsInvalid,
            TooFast,
            TransferDiffers,
            TransferInvalid,
            WalletUnderReview,
        ),
    )
    def hold(
        self, *, key: CommandKey, hold_id: UUID, customer_id: UUID, order_id: UUID, points: int, region: str
    ) -> HoldView:
        """Promise `points` to an order, those that expire first. `hold_id` is the caller's; the hold lapses
        when nobody ends it for as long as the region says."""
        ...

    @command(timeout=2.0, errors=(HoldUnknown, HoldConflict, PointsInvalid))
    def post(self, *, key: CommandKey, hold_id: UUID, points: int) -> HoldView:
        """Spend `points` of what is held; the rest is free again."""
        ...

    @command(timeout=2.0, errors=(HoldUnknown, HoldConflict))
    def void(self, *, key: CommandKey, hold_id: UUID) -> HoldView:
        """Let go of all that is held. A hold that was voided or has lapsed answers as it stands; one that is
        not there is voided, has no points, and cannot be asked for any more."""
        ...

    @command(timeout=2.0, errors=(HoldUnknown, HoldConflict, PointsInvalid))
    def restore(self, *, key: CommandKey, hold_id: UUID, points: int, reason: str) -> HoldView:
        """Give back `points` of what was spent of the hold: the very lots, with their old expiry, those that
        expire last first."""
        ...

    @query(timeout=0.5)
    def holds(self, *, hold_ids: list[UUID]) -> list[HoldView]:
        """Those of the holds for orders that exist, in no particular order."""
        ...

    @query(timeout=3.0)
    def holds_page(self, *, after: UUID | None = None, size: int = 200) -> list[HoldView]:
        """Every hold for an order by id, at most 200 from `after` on. Empty after the last."""
        ...

    @query(timeout=0.5)
    def bills(self, *, bill_ids: list[UUID]) -> list[BillView]:
        """Those of the partners' bills that exist, in no particular order."""
        ...

    @query(timeout=3.0)
    def bills_page(self, *, after: UUID | None = None, size: int = 200) -> list[BillView]:
        """Every partner's bill by id, at most 200 from `after` on. Empty after the last."""
        ...

    @query(timeout=0.5)
    def settlements(self, *, settlement_ids: list[UUID]) -> list[SettlementView]:
        """Those of the settlements with charities that exist, in no particular order."""
        ...

    @query(timeout=3.0)
    def settlements_page(self, *, after: UUID | None = None, size: int = 200) -> list[SettlementView]:
        """Every settlement with a charity by id, at most 200 from `after` on. Empty after the last."""
        ...

    @query(timeout=3.0)
    def totals(self) -> list[AccountTotal]:
        """What lies in all accounts of a kind together; in each unit it is nothing in all."""
        ...

    @command(timeout=5.0, errors=(TooManyTransfers,))
    def post_many(self, *, key: CommandKey, postings: list[Posting]) -> PostResult:
        """Post at most 8,190 transfers, each posting all or none, in one statement. A refused posting stops
        none of the others; posted or refused, asking again under the same transfer ids answers the same."""
        ...

    @command(timeout=2.0, errors=(UnknownRegion,))
    def keep_charity(self, *, key: CommandKey, charity: Charity) -> Charity:
        """Have a cause that customers of its region may give to, or say otherwise what it is called and does.
        A new one is settled with by bank transfer, until staff say otherwise."""
        ...

    @query(timeout=0.5)
    def causes(self, *, region: str) -> list[Charity]:
        """The charities that may be given to in `region`, by name. Empty where there are none."""
        ...

    @query(timeout=0.5, errors=GIVE_ERRORS)
    def preview_donation(self, *, customer_id: UUID, charity_id: UUID, points: int) -> DonationPreview:
        """What giving so many points would mean, or why it is refused. Nothing is given."""
        ...

    @command(timeout=2.0, errors=GIVE_ERRORS)
    def donate(self, *, key: CommandKey, customer_id: UUID, charity_id: UUID, points: int) -> DonationView:
        """Give points away, for what they are worth in the charity's region. What is given is given: there
        is no way back."""
        ...

    @query(timeout=0.5)
    def donations(self, *, customer_id: UUID, after: UUID | None = None, size: int = 20) -> DonationsPage:
        """What the customer gave, the newest first, at most 100 from the donation `after` on."""
        ...

    @query(timeout=0.5, errors=(DonationUnknown,))
    def donation_receipt(self, *, customer_id: UUID, donation_id: UUID) -> DonationReceipt:
        """What was put in writing of a donation of theirs."""
        ...

    @query(timeout=1.0)
    def year_of_giving(self, *, customer_id: UUID, region: str, year: int) -> YearOfGiving:
        """What they gave in a calendar year, local time of the region."""
        ...

    @query(timeout=0.5)
    def standing_orders(self, *, customer_id: UUID) -> list[StandingOrderView]:
        """Those of the customer that are not stopped, the newest first."""
        ...

    @command(timeout=2.0, errors=(CharityUnknown, DonationInvalid, GivingNotOffered, TooManyStandingOrders))
    def give_monthly(
        self, *, key: CommandKey, customer_id: UUID, charity_id: UUID, points: int, day: int
    ) -> StandingOrderView:
        """Give points each month on its `day`, for the first time on the next such day."""
        ...

    @command(timeout=2.0, errors=(StandingOrderUnknown, DonationInvalid, GivingNotOffered, StateConflict))
    def change_standing_order(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        standing_order_id: UUID,
        points: int | None = None,
        state: StandingState | None = None,
    ) -> StandingOrderView:
        """Have it give otherwise, pause, go on with the next day that comes, or stop for ever."""
        ...

    @query(timeout=0.5)
    def account(self, *, customer_id: UUID, region: str) -> RewardsAccount:
        """What the customer has, what it is worth in the region, and what goes with it."""
        ...

    @query(timeout=0.5)
    def statement(self, *, customer_id: UUID, after: int | None = None, size: int = 20) -> StatementPage:
        """Why points came and went, the latest first, at most 100 from `after` on."""
        ...

    @command(timeout=2.0, errors=(SendingRefused, UnknownRegion))
    def code_of(self, *, key: CommandKey, customer_id: UUID, region: str) -> str:
        """The code by which others send the customer points: made when it is wanted first."""
        ...

    @query(timeout=0.5, errors=SEND_ERRORS)
    def preview_sending(self, *, customer_id: UUID, to: str, points: int, region: str) -> SendingPreview:
        """What sending so many points to whoever has the code `to` would mean, or why it is refused."""
        ...

    @command(timeout=2.0, errors=SEND_ERRORS)
    def send(self, *, key: CommandKey, customer_id: UUID, to: str, points: int, region: str) -> SendingView:
        """Send points, those that expire first, which expire with the receiver when they would have with the
        sender. It cannot be undone. Where a rule wants it looked into first it is `held`."""
        ...

    @query(timeout=0.5)
    def sendings(self, *, customer_id: UUID, after: UUID | None = None, size: int = 20) -> SendingsPage:
        """What the customer sent others and what came from them, the newest first, at most 100 from the
        sending `after` on. What is held or came back only its sender sees."""
        ...

    @query(timeout=0.5, errors=(UnknownRegion,))
    def tiers(self, *, customer_id: UUID, region: str) -> list[TierView]:
        """The region's, the lowest first, and how far the customer is. Empty where there are none."""
        ...

    @query(timeout=0.5, errors=(UnknownRegion,))
    def campaigns(self, *, region: str) -> list[CampaignView]:
        """What orders of the region earn more now, what ends first before the rest."""
        ...
