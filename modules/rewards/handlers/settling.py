"""What payments tells of the money for charities; its other payouts are not ours."""

from __future__ import annotations

from modules.payments.events import PayoutFailed, PayoutPaid, PayoutRejected
from modules.rewards import services
from modules.rewards.interface import SETTLEMENT_PURPOSE
from tiffin.log import on


@on(PayoutPaid)
def payout_paid(event: PayoutPaid) -> None:
    if event.purpose == SETTLEMENT_PURPOSE:
        services.record_payout_paid(event.payout_id)


@on(PayoutRejected)
def payout_rejected(event: PayoutRejected) -> None:
    if event.purpose == SETTLEMENT_PURPOSE:
        services.record_payout_rejected(event.payout_id, event.reason)


@on(PayoutFailed)
def payout_failed(event: PayoutFailed) -> None:
    if event.purpose == SETTLEMENT_PURPOSE:
        services.record_payout_failed(event.payout_id, event.reason)
