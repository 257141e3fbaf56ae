"""Adyen's disputes, by its notifications (https://docs.adyen.com/risk-management/disputes-api/dispute-notifications):
all of one case have the same pspReference."""

from __future__ import annotations

from collections.abc import Sequence

from modules.payments.models import ProviderReport
from modules.payments.policies import ADYEN
from modules.payments.providers import memory
from modules.payments.providers.port import DisputeSeen
from modules.payments.states import DisputeStanding

CHARGEBACK, CHARGEBACK_REVERSED = "CHARGEBACK", "CHARGEBACK_REVERSED"
SECOND_CHARGEBACK = "SECOND_CHARGEBACK"
# How a case stands when this was told last. The first three take no money by themselves.
_STANDINGS = {
    "REQUEST_FOR_INFORMATION": DisputeStanding.INQUIRY,
    "NOTIFICATION_OF_CHARGEBACK": DisputeStanding.INQUIRY,
    "INFORMATION_SUPPLIED": DisputeStanding.OPEN,
    CHARGEBACK: DisputeStanding.OPEN,
    CHARGEBACK_REVERSED: DisputeStanding.WON,
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": DisputeStanding.WON,
    "PREARBITRATION_WON": DisputeStanding.WON,
    "PREARBITRATION_LOST": DisputeStanding.LOST,
    "DISPUTE_DEFENSE_PERIOD_ENDED": DisputeStanding.LOST,
    SECOND_CHARGEBACK: DisputeStanding.LOST,
}
KINDS = tuple(_STANDINGS)


def disputes_of(charge: str) -> Sequence[DisputeSeen]:
    """Every case about the charge. A bank that takes the money a second time makes a case of its own: it is
    other money than what was given back."""
    cases: dict[str, list[ProviderReport]] = {}
    for report in memory.reports(provider=ADYEN, kinds=KINDS).filter(charge=charge):
        cases.setdefault(case_of(report), []).append(report)
    return tuple(_seen(case, told) for case, told in cases.items())


def case_of(report: ProviderReport) -> str:
    return f"{report.reference}:second" if report.kind == SECOND_CHARGEBACK else report.reference


def _seen(case: str, told: list[ProviderReport]) -> DisputeSeen:
    last, kinds = told[-1], {each.kind for each in told}
    return DisputeSeen(
        reference=case,
        amount=last.money,
        reason=last.reason or "unknown",
        standing=_STANDINGS[last.kind],
        withdrawn=bool(kinds & {CHARGEBACK, SECOND_CHARGEBACK}),
        reinstated=CHARGEBACK_REVERSED in kinds,
        answer_by=next((each.answer_by for each in reversed(told) if each.answer_by), None),
    )
