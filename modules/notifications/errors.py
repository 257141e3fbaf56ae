"""Refusals that customers meet."""

from __future__ import annotations

from tiffin.errors import DomainError


class EndpointRefused(DomainError, code="endpoint_refused", status=422):
    """Nothing can be sent to this address."""

    detail = "{reason}"
    reason: str


class TooManyEndpoints(DomainError, code="too_many_endpoints", status=409):
    """There are enough of them."""

    detail = "You have {most} already; remove one first."
    most: int


class EndpointUnknown(DomainError, code="endpoint_unknown", status=404):
    """There is no such browser or webhook."""

    detail = "You have none with this id."
