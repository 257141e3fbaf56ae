"""Signatures between deployables: HMAC-SHA256 over time, path and body with the platform's internal key.

A signature holds for CLOCK_TOLERANCE_SECONDS: what somebody has overheard is soon worth nothing. Until then a
repeated call does no harm, because queries change nothing and commands have keys.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

from tiffin import clock

HEADER = "X-Tiffin-Signature"
CLOCK_TOLERANCE_SECONDS = 300
_FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


class BadSignature(Exception):
    """The message did not come from a deployable of this platform; the text says what is wrong."""


def sign(path: str, body: bytes, *, key: str) -> str:
    """The value of HEADER for a message to `path`. Raises ValueError without a key."""
    if not key:
        raise ValueError("TIFFIN_INTERNAL_KEY is not set: deployables cannot sign what they send each other")
    now = int(clock.now().timestamp())
    return f"t={now},v1={_digest(now, path, body, key)}"


def verify(signature: str, path: str, body: bytes, *, key: str) -> None:
    """Raises BadSignature."""
    match = _FORM.fullmatch(signature)
    if match is None:
        raise BadSignature("there is no signature, or none of a known form")
    signed_at = int(match[1])
    if not key or not hmac.compare_digest(match[2], _digest(signed_at, path, body, key)):
        raise BadSignature("the signature is not one of ours")
    age = clock.now().timestamp() - signed_at
    if abs(age) > CLOCK_TOLERANCE_SECONDS:
        raise BadSignature(f"the signature is {age:.0f} s old; do both clocks go right?")


def _digest(at: int, path: str, body: bytes, key: str) -> str:
    signer = hmac.new(key.encode(), digestmod=sha256)
    signer.update(f"{at}\n{path}\n".encode())
    signer.update(body)
    return signer.hexdigest()
