"""The token by which Deliverect knows this platform: one for all restaurants, good for a day, kept while it
is."""

from __future__ import annotations

import threading

import msgspec
from django.conf import settings

from tiffin import clock, outside

_SECONDS_BEFORE_THE_END = 60
_lock = threading.Lock()
_kept: dict[tuple[str, str], _Token] = {}


class NoToken(Exception):
    """Deliverect gives none; the message says what it answered."""


class _Token(msgspec.Struct):
    access_token: str
    expires_at: float


def token() -> str:
    """Raises NoToken, and what `outside.post` raises."""
    key = (settings.TIFFIN_DELIVERECT_URL, settings.TIFFIN_DELIVERECT_CLIENT_ID)
    with _lock:
        kept = _kept.get(key)
        if kept is None or kept.expires_at - _SECONDS_BEFORE_THE_END <= clock.now().timestamp():
            kept = _kept[key] = _asked_for()
        return kept.access_token


def forget_token() -> None:
    """It was refused: the next message asks for another one."""
    with _lock:
        _kept.clear()


def _asked_for() -> _Token:
    url = f"{settings.TIFFIN_DELIVERECT_URL}/oauth/token"
    body = {
        "client_id": settings.TIFFIN_DELIVERECT_CLIENT_ID,
        "client_secret": settings.TIFFIN_DELIVERECT_CLIENT_SECRET,
        "audience": settings.TIFFIN_DELIVERECT_AUDIENCE,
        "grant_type": "client_credentials",
    }
    headers = {"content-type": "application/json"}
    posted = outside.post(url, headers=headers, body=msgspec.json.encode(body))
    if posted.status != 200:
        raise NoToken(f"Deliverect gives no token: {posted.status}.")
    try:
        return msgspec.json.decode(posted.body, type=_Token)
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise NoToken("Deliverect's token cannot be read.") from None
