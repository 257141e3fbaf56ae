"""Refusals that only couriers meet."""

from __future__ import annotations

from tiffin.errors import DomainError


class RegionNotYours(DomainError, code="region_not_yours", status=403):
    """The region is not one you work in."""

    detail = "Send the `region` you work in: {allowed}."
    allowed: str
