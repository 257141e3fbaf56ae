"""What rewards refuses of staff."""

from __future__ import annotations

from tiffin.errors import DomainError


class SettlementNoteMissing(DomainError, code="settlement_note_missing", status=422):
    """It must be said where that is written."""

    detail = "Say in the note where it is written, such as the statement or the provider's page."


class PayoutUnderWay(DomainError, code="payout_under_way", status=409):
    """The money may still go."""

    detail = "The payout of this settlement is still under way: give it up in payments first, or wait for it."


class NothingToSettle(DomainError, code="nothing_to_settle", status=409):
    """There is nothing to settle, or it is being settled."""

    detail = "Nothing lies there for {charity}, or a settlement with it has only begun."
    charity: str


class ReasonMissing(DomainError, code="rewards_reason_missing", status=422):
    """It needs a reason."""

    detail = "Say why: it is read later, by the customer or by whoever looks into it."


class AdjustmentRefused(DomainError, code="adjustment_refused", status=409):
    """Points are not given or taken like this."""

    detail = "{reason}"
    reason: str
