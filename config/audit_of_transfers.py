"""What must hold between rewards and payments of money that moves without an order: what partners owe for
their campaigns, and what charities get."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from config.audit_of_bills import Billed, Biller, are_billed, are_collected
from modules.payments.interface import Payments, PayoutState, PayoutView
from modules.rewards.interface import BILL_PURPOSE, SETTLEMENT_PURPOSE, Rewards, SettlementView
from tiffin.audit import Inspection
from tiffin.interfaces import call


def _bills_page(after: UUID | None) -> list[Billed]:
    return [
        Billed(bill.id, bill.amount, bill.region, bill.partner_id, bill.state.value, bill.invoice)
        for bill in call(Rewards).bills_page(after=after)
    ]


def _known_bills(ids: list[UUID]) -> list[UUID]:
    return [bill.id for bill in call(Rewards).bills(bill_ids=ids)]


_PARTNERS = Biller(BILL_PURPOSE, "a campaign", _bills_page, _known_bills)


def bills_are_collected(inspection: Inspection) -> None:
    """Of partners; counts their bills."""
    are_collected(inspection, _PARTNERS)


def collections_have_bills(inspection: Inspection) -> None:
    """Counts collections for campaigns."""
    are_billed(inspection, _PARTNERS)


def settlements_are_paid_out(inspection: Inspection) -> None:
    """Each settlement with a charity that the bank has paid has its payout, over the same amount; and none
    that never asked for one has it. Counts settlements."""
    page = call(Rewards).settlements_page()
    while page:
        asked = [settlement.id for settlement in page]
        payouts = {each.id: each for each in call(Payments).payouts(payout_ids=asked)}
        for settlement in page:
            for problem in _mispaid(settlement, payouts.get(settlement.id)):
                inspection.find(settlement.id, problem)
        inspection.looked(len(page))
        page = call(Rewards).settlements_page(after=page[-1].id)


def _mispaid(settlement: SettlementView, payout: PayoutView | None) -> Iterator[str]:
    if payout is None:
        if settlement.paid:
            yield f"{settlement.amount} are said to be paid, and no payout was ever wanted"
        return
    settled = settlement.amount, settlement.region, SETTLEMENT_PURPOSE
    if settled != (payout.amount, payout.region, payout.purpose):
        paid = f"{payout.amount} in {payout.region}"
        yield f"{settlement.amount} are settled in {settlement.region}, and paid out are {paid}"
    if not settlement.asked and payout.state is not PayoutState.FAILED:
        yield f"its payout is {payout.state.value}, and it never asked for one"
    if settlement.paid and payout.state is not PayoutState.PAID:
        yield f"{settlement.amount} are said to be paid, but the payout is {payout.state.value}"


def payouts_have_settlements(inspection: Inspection) -> None:
    """What is paid out for donations settles some. Counts such payouts."""
    page = call(Payments).payouts_page()
    while page:
        asked = {each.id: each for each in page if each.purpose == SETTLEMENT_PURPOSE}
        known = (
            {each.id for each in call(Rewards).settlements(settlement_ids=list(asked))} if asked else set()
        )
        for payout_id in asked.keys() - known:
            problem = f"{asked[payout_id].amount} are paid out for donations, and no settlement says so"
            inspection.find(payout_id, problem)
        inspection.looked(len(asked))
        page = call(Payments).payouts_page(after=page[-1].id)
