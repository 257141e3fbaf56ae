"""What moved at Adyen, by the notifications that we have had: it has no list to ask for. So this proves what
Adyen told, and that we wrote it down; a movement whose notification never came is not among them. Adyen sends
one again for 30 days. Its settlement reports would prove the rest; none is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from modules.payments.models import ProviderReport
from modules.payments.policies import ADYEN
from modules.payments.providers import memory
from modules.payments.providers.adyen import disputes, reports
from modules.payments.providers.port import Movement, MovementKind
from tiffin.money import Money

_MOVED = {
    reports.AUTHORISATION: MovementKind.AUTHORISED,
    reports.CAPTURE: MovementKind.CAPTURED,
    reports.CANCELLATION: MovementKind.VOIDED,
    reports.TECHNICAL_CANCEL: MovementKind.VOIDED,
    reports.REFUND: MovementKind.REFUNDED,
    disputes.CHARGEBACK: MovementKind.CHARGED_BACK,
    disputes.SECOND_CHARGEBACK: MovementKind.CHARGED_BACK,
    disputes.CHARGEBACK_REVERSED: MovementKind.RECOVERED,
}
_ASKED_AS = {
    MovementKind.CAPTURED: memory.CAPTURE,
    MovementKind.VOIDED: memory.VOID,
    MovementKind.REFUNDED: memory.REFUND,
}


def movements_between(since: datetime, until: datetime) -> Iterator[Movement]:
    """Told from `since` on and before `until`: only what is signed counts, and when it happened is not."""
    told = memory.reports(provider=ADYEN, kinds=tuple(_MOVED)).filter(
        notified=True, succeeded=True, told_at__gte=since, told_at__lt=until
    )
    for report in told.iterator():
        kind = _MOVED[report.kind]
        amount = _let_go(report) if kind is MovementKind.VOIDED else report.money
        if amount is not None:
            reference = disputes.case_of(report)
            yield Movement(
                kind=kind, key=_key_of(report, kind), reference=reference, amount=amount, at=report.told_at
            )


def _let_go(report: ProviderReport) -> Money | None:
    """What had been held; a cancellation does not say."""
    held = memory.reports(provider=ADYEN, kinds=(reports.AUTHORISATION,))
    found = held.filter(charge=report.charge, succeeded=True).first() if report.charge else None
    return found.money if found else None


def _key_of(report: ProviderReport, kind: MovementKind) -> str:
    """The key under which we asked for it; that of the charge for what came about by itself."""
    asked_as = _ASKED_AS.get(kind)
    if asked_as is None or not report.charge:
        return report.charge
    said = memory.known(report.key)
    if said is not None and said.kind == asked_as:
        return said.key
    return (
        memory.key_by(provider=ADYEN, reference=report.reference)
        or memory.key_of(kind=asked_as, charge=report.charge)
        or report.charge
    )
