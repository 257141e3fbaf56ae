"""Signing and reading quotes.

The customer carries the whole document, not its hash beside it: one opaque string has no canonical form to
get wrong, nothing has to be kept for a quote that is never placed, and placing reads no menu. It is packed
small (msgpack, deflated): a usual basket takes 1-2 kB, the largest allowed less than a body may hold.
HMAC-SHA256 suffices, because only orders itself ever verifies it.
"""

from __future__ import annotations

import hmac
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

import msgspec
from django.conf import settings

from modules.orders.interface import QuoteInvalid
from modules.orders.quotes.document import QuoteDocument

_VERSION = "q1."
_MAC_BYTES = 32
_PURPOSE = b"orders.quote.v1"

_encoder = msgspec.msgpack.Encoder(uuid_format="bytes")
_decoder = msgspec.msgpack.Decoder(QuoteDocument)


def sign_quote(quote: QuoteDocument) -> str:
    """The quote as a token, URL-safe."""
    packed = zlib.compress(_encoder.encode(quote), 6)
    return _VERSION + urlsafe_b64encode(_mac(packed) + packed).rstrip(b"=").decode()


def read_quote(token: str) -> QuoteDocument:
    """The quote in a token of ours. Raises QuoteInvalid for anything else; expiry is not judged here."""
    if not token.startswith(_VERSION):
        raise QuoteInvalid()
    text = token.removeprefix(_VERSION)
    try:
        signed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise QuoteInvalid() from None
    mac, packed = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(packed)):
        raise QuoteInvalid()
    return _decoder.decode(zlib.decompress(packed))


def _mac(packed: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), packed, sha256)


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), _PURPOSE, sha256)
