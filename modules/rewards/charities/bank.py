"""A bank transfer to the charity itself: nobody in between, so the money is wanted at once."""

from __future__ import annotations

from uuid import UUID

from modules.payments.interface import PartyKind, Payee
from modules.rewards.charities.port import Gift, Progress, Standing


class BankTransfer:
    """Fits CharityProvider; payments says how the transfer goes on."""

    tells = False

    def give(self, gift: Gift) -> Standing:
        return Standing(reference=gift.key, progress=Progress.WANTS_PAYMENT)

    def look(self, reference: str) -> Standing:
        return Standing(reference=reference, progress=Progress.WANTS_PAYMENT)

    def payee(self, *, region: str, charity_id: UUID, charity: str) -> Payee:
        return Payee(kind=PartyKind.CHARITY, id=charity_id, name=charity)
