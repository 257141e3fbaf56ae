"""Offers: what a slot's ad was sold for, signed, so that the browser can carry it and nobody can change it.

Ads alone ever verifies them, so HMAC-SHA256 suffices, cut to 128 bits (RFC 2104 §5 allows half). That an
offer counts once is the database's to say.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

import msgspec
from django.conf import settings

from modules.ads.interface import OfferInvalid, Placement, Pricing

LIFE = timedelta(hours=2)
LIFE_IN_EMAILS = timedelta(days=7)
_MAC_BYTES = 16
_PURPOSE = b"ads.offer.v1"


class Offer(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One ad in one slot of a decision. `price` in micros for what `pricing` says; `landing` is where a click
    leads; a viewer may see the campaign `cap` times in `cap_hours` (0: no cap)."""

    decision_id: UUID
    slot: int
    region: str
    placement: Placement
    advertiser_id: UUID
    campaign_id: UUID
    flight_id: UUID
    creative_id: UUID
    restaurant_id: UUID | None
    viewer_id: UUID | None
    is_customer: bool
    pricing: Pricing
    price: int
    cap: int
    cap_hours: int
    landing: str

    @property
    def made_at(self) -> datetime:
        """A decision's id says when it was made (UUIDv7)."""
        return datetime.fromtimestamp((self.decision_id.int >> 80) / 1000, UTC)


def life_of(*placements: Placement) -> timedelta:
    """For how long ads in all of these places count."""
    return LIFE_IN_EMAILS if set(placements) == {Placement.EMAIL} else LIFE


_encoder = msgspec.msgpack.Encoder(uuid_format="bytes")
_decoder = msgspec.msgpack.Decoder(Offer)


def sign(offer: Offer) -> str:
    """The offer as a token, URL-safe."""
    packed = _encoder.encode(offer)
    return urlsafe_b64encode(_mac(packed) + packed).rstrip(b"=").decode()


def read(token: str) -> Offer:
    """The offer in a token of ours, however old. Raises OfferInvalid for anything else."""
    try:
        signed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise OfferInvalid() from None
    mac, packed = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(packed)):
        raise OfferInvalid()
    return _decoder.decode(packed)


def _mac(packed: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), packed, sha256)[:_MAC_BYTES]


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), _PURPOSE, sha256)
