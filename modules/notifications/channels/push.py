"""Messages to browsers: encrypted (RFC 8291), signed (RFC 8292), handed to their push service (RFC 8030)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.conf import settings

from modules.notifications.channels.outcomes import Gone, NotNow, Refused, Unreachable
from modules.notifications.models import Browser
from modules.notifications.wording import Written
from tiffin import outside

if TYPE_CHECKING:
    from webpush import WebPush

KEPT_SECONDS = 3600  # by the push service, for a device that is away
LONGEST_TEXT = 400
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429})
_KEY_BYTES, _AUTH_BYTES = 65, 16


def public_key() -> str:
    """What a browser subscribes with: the uncompressed point in base64url; empty where no key is set."""
    pem = settings.TIFFIN_VAPID_PRIVATE_KEY
    return _point(pem) if pem else ""


def keys_are_sound(p256dh: str, auth: str) -> bool:
    """Whether these can be a browser's keys (RFC 8291 §3.1, §3.2)."""
    try:
        point, secret = _decoded(p256dh), _decoded(auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == _KEY_BYTES and len(secret) == _AUTH_BYTES


def send(browser: Browser, *, message_id: UUID, written: Written, link: str) -> str:
    """Hand it to the browser's push service; what that calls it. Raises NotNow, Unreachable,
    Refused, Gone."""
    from webpush import WebPushSubscription  # takes long, and only a worker needs it
    from webpush.types import WebPushKeys

    subscription = WebPushSubscription(
        endpoint=browser.endpoint,
        keys=WebPushKeys(**browser.keys),
    )
    shown = document(message_id=message_id, written=written, link=link)
    sealed = _pusher(settings.TIFFIN_VAPID_PRIVATE_KEY).get(shown, subscription)
    # The topic has a repeated message replace the first one while it waits.
    headers = {**sealed.headers, "topic": message_id.hex, "content-type": "application/octet-stream"}
    try:
        answer = outside.post(browser.endpoint, body=sealed.encrypted, headers=headers)
    except outside.AddressRefused as error:
        raise Gone(str(error)) from None
    except outside.NoAnswer as error:
        raise Unreachable(str(error)) from None
    if answer.status in _GONE:
        raise Gone(f"the push service says {answer.status}")
    if answer.status in _LATER or answer.status >= 500:
        raise NotNow(f"the push service says {answer.status}")
    if not 200 <= answer.status < 300:
        raise Refused(f"the push service says {answer.status}: {answer.text[:200]}")
    return answer.location


def document(*, message_id: UUID, written: Written, link: str) -> str:
    """What the page's worker in the browser reads."""
    return json.dumps(
        {
            "id": str(message_id),
            "title": written.subject,
            "body": written.summary[:LONGEST_TEXT],
            "url": link,
        }
    )


@lru_cache(maxsize=4)
def _pusher(pem: str) -> WebPush:
    from webpush import WebPush

    private = load_pem_private_key(pem.encode(), password=None)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return WebPush(
        private_key=pem.encode(),
        public_key=public,
        subscriber=settings.TIFFIN_VAPID_CONTACT,
        ttl=KEPT_SECONDS,
    )


@lru_cache(maxsize=4)
def _point(pem: str) -> str:
    private = load_pem_private_key(pem.encode(), password=None)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
