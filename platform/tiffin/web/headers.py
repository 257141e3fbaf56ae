"""Headers that keep a browser safe and private answers out of caches."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from tiffin.web.auth import ACCESS_COOKIE
from tiffin.web.middleware import After

_OWN = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'; script-src 'self'"
)
# The staff's pages are drawn by Alpine.js, which compiles expressions it finds in attributes.
_STAFF = f"{_OWN} 'unsafe-inline' 'unsafe-eval'"
STAFF_PREFIX = "/admin/"
API_PREFIX = "/api/"


def policy_with(*, scripts: Sequence[str], connects: Sequence[str], frames: Sequence[str]) -> str:
    """The policy of a page that loads `scripts` from elsewhere, by their addresses: our own, and besides
    their origins, and whatever these connect to and show in frames."""
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(script)) for script in scripts}
    return (
        f"{_OWN} {' '.join(sorted(origins))}; connect-src 'self' {' '.join(connects)}; "
        f"frame-src {' '.join(frames)}"
    )


class SecurityHeaders(After):
    """Adds what the view did not set: a content security policy, and `no-store` where somebody is known."""

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return add_headers(request, response)


def add_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    policy = _STAFF if request.path.startswith(STAFF_PREFIX) else _OWN
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=()")
    if request.path.startswith(API_PREFIX) and _knows_somebody(request):
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ("Authorization", "Cookie"))
    return response


def _knows_somebody(request: HttpRequest) -> bool:
    return "Authorization" in request.headers or ACCESS_COOKIE in request.COOKIES
