"""What staff look at when they approve a campaign, and whether it is still the same."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from django.db import models

from modules.ads.models import Campaign, Creative, Flight
from modules.ads.states import CreativeState

# How a campaign stands, and what was said of it, is not what is approved.
_ASIDE = frozenset({"version", "log_txid", "created_at", "submitted_at", "state_name", "note", "quality"})
_GONE = (CreativeState.REJECTED.value, CreativeState.RETIRED.value)


class Looked(NamedTuple):
    """A campaign with its flights and those of its creatives that are shown once it is approved."""

    campaign: Campaign
    flights: list[Flight]
    creatives: list[Creative]

    @property
    def fingerprint(self) -> str:
        """Of all that is approved: another one means that something is not as it was."""
        said = (
            self.campaign.advertiser.name,
            _values(self.campaign, but=_ASIDE),
            [_values(flight) for flight in self.flights],
            [_values(creative, but=("note",)) for creative in self.creatives],
        )
        return sha256(msgspec.json.encode(said)).hexdigest()


def looked_at(campaign: Campaign) -> Looked:
    creatives: Any = Creative.objects.filter(campaign_id=campaign.pk).exclude(state_name__in=_GONE)
    return Looked(campaign, list(campaign.flights.order_by("id")), list(creatives.order_by("id")))


def _values(row: models.Model, *, but: Collection[str] = ()) -> list[Any]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in but]
