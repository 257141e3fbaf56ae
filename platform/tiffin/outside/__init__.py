"""Posting to addresses that strangers have named: never into our own network, and never for long.

OWASP's cheat sheet on server-side request forgery says what has to be held: only https, only public addresses
(all that a name has, and the one that was judged is the one that is connected to), no redirects, little of
the answer, little time. Hosts in `TIFFIN_OUTSIDE_ALLOWS` are reached although private, and without TLS.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings

from tiffin.outside.network import AddressRefused, Judged, is_public

__all__ = ["LONGEST_URL", "AddressRefused", "Answer", "NoAnswer", "post", "problem_with"]

LONGEST_URL = 500
SECONDS = 10.0
CONNECT_SECONDS = 3.0
ANSWER_BYTES = 16_384


class NoAnswer(Exception):
    """The other side could not be reached, or did not answer in time; it may have heard all the same."""


class Answer(NamedTuple):
    """What the other side said: the status, the beginning of the body, and where it is said to be."""

    status: int
    body: bytes
    location: str

    @property
    def text(self) -> str:
        """The body as it can be read and kept: PostgreSQL keeps no NUL in a text."""
        return self.body.decode(errors="replace").replace("\x00", "\ufffd")


def problem_with(url: str) -> str | None:
    """What is wrong with an address, for whoever named it, as far as can be told without looking it up."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "The address cannot be read."
    if len(url) > LONGEST_URL or not url.isascii() or any(letter <= " " for letter in url):
        return f"The address must be of at most {LONGEST_URL} ASCII characters, without spaces."
    if not host or port == 0:
        return "The address must be like https://example.com/path."
    if parts.username or parts.password:
        return "The address may hold no password."
    return _problem_with_place(parts.scheme, host)


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post `body` once, to an address that was judged. Raises AddressRefused, NoAnswer."""
    problem = problem_with(url)
    if problem is not None:
        raise AddressRefused(problem)
    network = Judged(ends=time.monotonic() + SECONDS, allowed=settings.TIFFIN_OUTSIDE_ALLOWS)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_tls(), network_backend=network) as pool,
            pool.stream(
                "POST",
                url,
                headers=[("host", urlsplit(url).netloc), *headers.items()],
                content=body,
                extensions={"timeout": {"connect": CONNECT_SECONDS, "read": SECONDS, "write": SECONDS}},
            ) as response,
        ):
            said = {name.lower(): value for name, value in response.headers}
            beginning = _beginning(response.iter_stream())
            return Answer(response.status, beginning, said.get(b"location", b"").decode(errors="replace"))
    except (OSError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise NoAnswer(str(error) or type(error).__name__) from error


def _problem_with_place(scheme: str, host: str) -> str | None:
    if host in settings.TIFFIN_OUTSIDE_ALLOWS and scheme in ("http", "https"):
        return None
    if scheme != "https":
        return "The address must begin with https://."
    return None if _may_be_public(host) else f"{host} is not a public address."


def _may_be_public(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return False
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        return True  # a name, which is judged when something is sent there


def _beginning(stream: Iterable[bytes]) -> bytes:
    found = b""
    for piece in stream:
        found += piece
        if len(found) >= ANSWER_BYTES:
            break
    return found[:ANSWER_BYTES]


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
