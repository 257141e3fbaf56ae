"""Posting to an address that a vendor chose, which may be meant to do us harm.

Only https, and only to public addresses: the name is resolved once, all its addresses are judged, and the
connection goes to one of those, so that a name which points elsewhere a moment later gains nothing. Redirects
are not followed, the answer is read up to a limit, and everything together has one time limit, however slowly
the other side drips. `TIFFIN_VENDORS_ON_LOOPBACK` lets tests and development post to this machine.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings

from tiffin.dto import DTO

SECONDS = 10.0
CONNECT_SECONDS = 3.0
ANSWER_BYTES = 16_384
MAX_URL = 500


class Refused(Exception):
    """Nothing was sent: the address is none to which we post."""


class Posted(DTO):
    """What came back: the status, and the beginning of the body."""

    status: int
    body: bytes


def problem_with(url: str) -> str | None:
    """What is wrong with an address, as far as can be told without looking it up."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "This is no address."
    if len(url) > MAX_URL or not url.isascii() or any(c <= " " for c in url):
        return f"The address must be of at most {MAX_URL} ASCII characters, without spaces."
    if not host or parts.username or parts.password or port == 0:
        return "The address must name a host, and nobody's password."
    if settings.TIFFIN_VENDORS_ON_LOOPBACK and parts.scheme == "http":
        return None if _is_loopback_name(host) else "Without TLS only this machine can be reached."
    if parts.scheme != "https":
        return "The address must begin with https://."
    return _problem_with_literal(host)


def host_of(url: str) -> str:
    """What goes into the header of that name."""
    return urlsplit(url).netloc


def post(url: str, *, headers: Mapping[str, str], body: bytes) -> Posted:
    """Post it once.

    Raises:
        Refused: the address is not public.
        OSError, httpcore's errors: nobody answered, or not in time; it may have arrived all the same.
    """
    problem = problem_with(url)
    if problem is not None:
        raise Refused(problem)
    network = _Judged(time.monotonic() + SECONDS)
    with (
        httpcore.ConnectionPool(ssl_context=_tls(), network_backend=network, retries=0) as pool,
        pool.stream(
            "POST",
            url,
            headers=[*headers.items()],
            content=body,
            extensions={"timeout": {"connect": CONNECT_SECONDS, "read": SECONDS, "write": SECONDS}},
        ) as response,
    ):
        return Posted(status=response.status, body=_beginning(response.iter_stream()))


def _beginning(stream: Iterable[bytes]) -> bytes:
    found = b""
    for piece in stream:
        found += piece
        if len(found) >= ANSWER_BYTES:
            break
    return found[:ANSWER_BYTES]


class _Judged(httpcore.NetworkBackend):
    """Connects to public addresses only, and lets nothing last past `ends` (monotonic seconds)."""

    def __init__(self, ends: float) -> None:
        self._ends = ends
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = _judged_address(host, port)
        stream = self._plain.connect_tcp(address, port, _left(self._ends, timeout), local_address)
        return _Timed(stream, self._ends)


class _Timed(httpcore.NetworkStream):
    """A stream of which no read or write lasts past `ends`."""

    def __init__(self, stream: httpcore.NetworkStream, ends: float) -> None:
        self._stream, self._ends = stream, ends

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._ends, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._ends, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, _left(self._ends, timeout))
        return _Timed(secured, self._ends)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(ends: float, timeout: float | None) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout(f"no whole answer within {SECONDS:.0f} seconds")
    return left if timeout is None else min(left, timeout)


def _judged_address(host: str, port: int) -> str:
    """One address of the host, all of which are public. Raises Refused, OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not _may_be_reached(address):
            raise Refused(f"{host} is at {address}, which is not a public address.")
    return addresses[0]


def _may_be_reached(address: str) -> bool:
    judged = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(judged, ipaddress.IPv6Address):
        # An IPv4 address in another's clothes is judged as what it is.
        judged = judged.ipv4_mapped or judged.sixtofour or (judged.teredo or (None, None))[1] or judged
    if settings.TIFFIN_VENDORS_ON_LOOPBACK and judged.is_loopback:
        return True
    return judged.is_global and not judged.is_multicast and not _is_translated(judged)


def _is_translated(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """NAT64 (RFC 6052) leads on to an IPv4 address that nobody has judged."""
    return address.version == 6 and address in ipaddress.ip_network("64:ff9b::/96")


def _problem_with_literal(host: str) -> str | None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return None
    return None if _may_be_reached(host) else f"{host} is not a public address."


def _is_loopback_name(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
