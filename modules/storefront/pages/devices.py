"""By which a browser is known again, whoever logs in with it: there is one trial for each."""

from __future__ import annotations

import secrets
from hashlib import sha256

from django.http import HttpRequest, HttpResponseBase

COOKIE = "tiffin_device"
COOKIE_SECONDS = 400 * 24 * 3600  # browsers keep none for longer
LENGTH = 64


def device_of(request: HttpRequest) -> str:
    """What the browser is called; a new one is given a name."""
    return request.COOKIES.get(COOKIE, "")[:LENGTH] or secrets.token_urlsafe(24)


def mark_of(device: str) -> str:
    """What stands for it, and does not tell it."""
    return f"device {sha256(device.encode()).hexdigest()}"


def remember(request: HttpRequest, response: HttpResponseBase, device: str) -> None:
    response.set_cookie(
        COOKIE,
        device,
        max_age=COOKIE_SECONDS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
