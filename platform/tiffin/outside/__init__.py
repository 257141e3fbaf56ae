"""Sending to addresses that strangers have named: never into our own network, and never for long.

OWASP's cheat sheet on server-side request forgery says what has to be held: the scheme, the resolved
addresses (all of them, and the one that was checked is the one that is connected to), no redirects, little
time.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
from django.conf import settings

LONGEST_URL = 500
TIMEOUT_SECONDS = 5.0
MOST_READ = 4096


class AddressRefused(ValueError):
    """Nothing is sent there: the message says why."""


class NoAnswer(Exception):
    """The other side could not be reached, or did not answer in time."""


class Answer(NamedTuple):
    """What the other side said; the beginning of `text` is enough."""

    status: int
    text: str
    location: str


def check_url(url: str) -> str:
    """The host of a URL that may be named. Raises AddressRefused. Names are only resolved when sending."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise AddressRefused("The address cannot be read.") from None
    if len(url) > LONGEST_URL:
        raise AddressRefused(f"The address is longer than {LONGEST_URL} characters.")
    if not host or any(ord(letter) < 33 for letter in url):
        raise AddressRefused("The address must be like https://example.com/path.")
    if host in settings.TIFFIN_OUTSIDE_ALLOWS:
        return host
    if parts.scheme != "https":
        raise AddressRefused("The address must begin with https://.")
    if parts.username or parts.password:
        raise AddressRefused("The address may hold no password.")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        raise AddressRefused("The address must be a public one.")
    try:
        _require_public(ipaddress.ip_address(host))
    except AddressRefused:
        raise
    except ValueError:
        pass  # a name
    return host


def post(url: str, *, content: bytes, headers: dict[str, str]) -> Answer:
    """Send `content` there, to the address that was checked. Raises AddressRefused, NoAnswer."""
    host = check_url(url)
    parts = httpx.URL(url)
    pinned = parts.copy_with(host=_address_of(host, parts.port or (443 if parts.scheme == "https" else 80)))
    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST",
                pinned,
                content=content,
                headers={**headers, "Host": parts.netloc.decode()},
                extensions={"sni_hostname": host},
            ) as answer,
        ):
            text = next(answer.iter_bytes(MOST_READ), b"").decode(errors="replace")
            return Answer(answer.status_code, text, answer.headers.get("Location", ""))
    except httpx.HTTPError as error:
        raise NoAnswer(repr(error)) from error


def _address_of(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NoAnswer(f"{host} has no address: {error}") from error
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if host not in settings.TIFFIN_OUTSIDE_ALLOWS:
        for address in addresses:
            _require_public(address)
    return str(addresses[0])


def _require_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if not inner.is_global or inner.is_multicast or inner.is_reserved:
        raise AddressRefused("The address must be a public one.")
