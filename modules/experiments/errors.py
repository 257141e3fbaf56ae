"""What is refused."""

from __future__ import annotations

from tiffin.errors import DomainError


class ExperimentRefused(DomainError, code="experiment_refused", status=409):
    """Not with this experiment, or not now."""

    detail = "{reason}"
    reason: str


class ExposureTokenInvalid(DomainError, code="exposure_token_invalid", status=422):
    """It was not answered here, or too long ago."""

    detail = "This token of an exposure is not valid. Ask for the flags again."
