"""What ads refuses of staff and advertisers."""

from __future__ import annotations

from tiffin.errors import DomainError


class CampaignRefused(DomainError, code="campaign_refused", status=409):
    """The campaign cannot be shown like this."""

    detail = "{reason}"
    reason: str


class ReportTooLong(DomainError, code="ads_report_too_long", status=422):
    """More days than a report has, or none."""

    detail = "A report by the {grain} is of 1 to {most} days, the last not before the first."
    grain: str
    most: int


class ReasonMissing(DomainError, code="ads_reason_missing", status=422):
    """It needs a reason."""

    detail = "Say why: the advertiser reads it."
