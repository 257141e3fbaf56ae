"""Whether a message is Deliverect's: HMAC-SHA256 over the raw body, in hexadecimal.

Source: Deliverect's developer documentation, "HMAC Authentication" and "Validate Requests", read November
2026.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "x-server-authorization-hmac-sha256"


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """An empty secret signs nothing."""
    if not secret or not signature.isascii():
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature.strip().lower())
