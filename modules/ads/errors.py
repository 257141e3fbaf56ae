"""What ads refuses of staff and advertisers."""

from __future__ import annotations

from tiffin.errors import DomainError


class CampaignRefused(DomainError, code="campaign_refused", status=409):
    """The campaign cannot be shown like this."""

    detail = "{reason}"
    reason: str


class ReasonMissing(DomainError, code="ads_reason_missing", status=422):
    """It needs a reason."""

    detail = "Say why: the advertiser reads it."
