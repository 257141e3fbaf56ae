"""What stands behind the interface `Rewards`."""

from __future__ import annotations

from uuid import UUID

from modules.rewards import selectors, services
from modules.rewards.interface import (
    AccountTotal,
    BillView,
    CampaignView,
    Charity,
    DonationPreview,
    DonationReceipt,
    DonationsPage,
    DonationView,
    HoldView,
    Posting,
    PostResult,
    Rewards,
    RewardsAccount,
    SendingPreview,
    SendingsPage,
    SendingView,
    SettlementView,
    StandingOrderView,
    StandingState,
    StatementPage,
    TierView,
    Wallet,
    YearOfGiving,
)
from tiffin.interfaces import CommandKey, provides


@provides(Rewards)
class RewardsProvider(Rewards):
    """Each method calls one service or selector."""

    def wallet(self, *, customer_id: UUID) -> Wallet:
        return selectors.wallets([customer_id])[0]

    def wallets(self, *, customer_ids: list[UUID]) -> list[Wallet]:
        return selectors.wallets(customer_ids)

    def hold(
        self, *, key: CommandKey, hold_id: UUID, customer_id: UUID, order_id: UUID, points: int, region: str
    ) -> HoldView:
        return services.hold(
            hold_id=hold_id, customer_id=customer_id, order_id=order_id, points=points, region=region
        )

    def post(self, *, key: CommandKey, hold_id: UUID, points: int) -> HoldView:
        return services.post_hold(hold_id=hold_id, points=points)

    def void(self, *, key: CommandKey, hold_id: UUID) -> HoldView:
        return services.void_hold(hold_id=hold_id) or selectors.no_hold(hold_id)

    def restore(self, *, key: CommandKey, hold_id: UUID, points: int, reason: str) -> HoldView:
        return services.restore_hold(hold_id=hold_id, key=key, points=points, reason=reason)

    def holds(self, *, hold_ids: list[UUID]) -> list[HoldView]:
        return selectors.holds(hold_ids)

    def holds_page(self, *, after: UUID | None = None, size: int = 200) -> list[HoldView]:
        return selectors.holds_page(after, size)

    def bills(self, *, bill_ids: list[UUID]) -> list[BillView]:
        return selectors.bills(bill_ids)

    def settlements(self, *, settlement_ids: list[UUID]) -> list[SettlementView]:
        return selectors.settlements(settlement_ids)

    def settlements_page(self, *, after: UUID | None = None, size: int = 200) -> list[SettlementView]:
        return selectors.settlements_page(after, size)

    def bills_page(self, *, after: UUID | None = None, size: int = 200) -> list[BillView]:
        return selectors.bills_page(after, size)

    def totals(self) -> list[AccountTotal]:
        return selectors.totals()

    def post_many(self, *, key: CommandKey, postings: list[Posting]) -> PostResult:
        return services.post_many(postings)

    def keep_charity(self, *, key: CommandKey, charity: Charity) -> Charity:
        return selectors.cause(services.introduce_charity(charity))

    def causes(self, *, region: str) -> list[Charity]:
        return selectors.causes(region)

    def preview_donation(self, *, customer_id: UUID, charity_id: UUID, points: int) -> DonationPreview:
        return services.preview_donation(customer_id=customer_id, charity_id=charity_id, points=points)

    def donate(self, *, key: CommandKey, customer_id: UUID, charity_id: UUID, points: int) -> DonationView:
        given = services.donate(customer_id=customer_id, charity_id=charity_id, points=points)
        return selectors.donation_view(given)

    def donations(self, *, customer_id: UUID, after: UUID | None = None, size: int = 20) -> DonationsPage:
        return selectors.donations(customer_id, after=after, size=size)

    def donation_receipt(self, *, customer_id: UUID, donation_id: UUID) -> DonationReceipt:
        return selectors.donation_receipt(customer_id, donation_id)

    def year_of_giving(self, *, customer_id: UUID, region: str, year: int) -> YearOfGiving:
        return selectors.year_of_giving(customer_id, region=region, year=year)

    def standing_orders(self, *, customer_id: UUID) -> list[StandingOrderView]:
        return selectors.standing_orders(customer_id)

    def give_monthly(
        self, *, key: CommandKey, customer_id: UUID, charity_id: UUID, points: int, day: int
    ) -> StandingOrderView:
        order = services.give_monthly(customer_id=customer_id, charity_id=charity_id, points=points, day=day)
        return selectors.standing_order_view(order)

    def change_standing_order(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        standing_order_id: UUID,
        points: int | None = None,
        state: StandingState | None = None,
    ) -> StandingOrderView:
        order = services.change_standing_order(
            customer_id=customer_id, standing_order_id=standing_order_id, points=points, state=state
        )
        return selectors.standing_order_view(order)

    def account(self, *, customer_id: UUID, region: str) -> RewardsAccount:
        return selectors.account(customer_id=customer_id, region=region)

    def statement(self, *, customer_id: UUID, after: int | None = None, size: int = 20) -> StatementPage:
        return selectors.statement(customer_id=customer_id, after=after, size=size)

    def code_of(self, *, key: CommandKey, customer_id: UUID, region: str) -> str:
        return services.code_of(customer_id=customer_id, region=region)

    def preview_sending(self, *, customer_id: UUID, to: str, points: int, region: str) -> SendingPreview:
        return services.preview_sending(customer_id=customer_id, to=to, points=points, region=region)

    def send(self, *, key: CommandKey, customer_id: UUID, to: str, points: int, region: str) -> SendingView:
        sent = services.send(customer_id=customer_id, to=to, points=points, region=region)
        return selectors.sending_view(sent)

    def sendings(self, *, customer_id: UUID, after: UUID | None = None, size: int = 20) -> SendingsPage:
        return selectors.sendings(customer_id, after=after, size=size)

    def tiers(self, *, customer_id: UUID, region: str) -> list[TierView]:
        return selectors.programme(customer_id, region)

    def campaigns(self, *, region: str) -> list[CampaignView]:
        return selectors.campaigns(region)
