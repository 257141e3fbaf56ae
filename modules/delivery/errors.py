"""Refusals that only couriers and staff meet."""

from __future__ import annotations

from tiffin.errors import DomainError


class IllegalTransition(DomainError, code="delivery_transition_refused", status=409):
    """The delivery is not in a state for this."""

    detail = "The delivery cannot go from {from_state} to {to_state}."
    from_state: str
    to_state: str


class RegionNotYours(DomainError, code="region_not_yours", status=403):
    """The region is not one you work in."""

    detail = "Send the `region` you work in: {allowed}."
    allowed: str
