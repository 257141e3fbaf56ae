"""What staff are refused."""

from __future__ import annotations

from tiffin.errors import DomainError


class ReasonMissing(DomainError, code="rewards_reason_missing", status=422):
    """It needs a reason."""

    detail = "Say why: it is read later, by the customer or by whoever looks into it."


class AdjustmentRefused(DomainError, code="adjustment_refused", status=409):
    """Points are not given or taken like this."""

    detail = "{reason}"
    reason: str
