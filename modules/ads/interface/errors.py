"""What ads refuses."""

from __future__ import annotations

from tiffin.errors import DomainError


class CampaignRefused(DomainError, code="campaign_refused", status=409):
    """The campaign cannot be shown like this."""

    detail = "{reason}"
    reason: str


class TooManySlots(DomainError, code="too_many_slots", status=422):
    """That is more than a page can show."""

    detail = "Ask for at most {most} slots in all, and for each placement once."
    most: int


class OfferInvalid(DomainError, code="offer_invalid", status=404):
    """There is no such offer."""

    detail = "This is not an ad that we have offered, or its time is over."
