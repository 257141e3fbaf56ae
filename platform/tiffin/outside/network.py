"""Connections to public addresses only, of which none outlasts its time, however slowly the other side drips.

A name is resolved once, all its addresses are judged, and one of those is connected to: a name which points
elsewhere a moment later gains nothing. TLS still verifies the name.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Iterable
from typing import Any

import httpcore

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(ValueError):
    """Nothing is sent there: the message says why."""


class Judged(httpcore.NetworkBackend):
    """Connects to public addresses and to `allowed` hosts, and lets nothing last past `ends` (monotonic
    seconds)."""

    def __init__(self, *, ends: float, allowed: Collection[str]) -> None:
        self._ends, self._allowed = ends, allowed
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = _judged_address(host, port, judged=host not in self._allowed)
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


def is_public(address: Address) -> bool:
    """Whether it is somebody's on the internet. An IPv4 address in another's clothes is judged as what it is;
    NAT64 (RFC 6052), which leads on to one that nobody has judged, is among the reserved."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        address = inner or address
    return address.is_global and not address.is_multicast and not address.is_reserved


def _judged_address(host: str, port: int, *, judged: bool) -> str:
    """One address of the host, all of which are public. Raises AddressRefused, OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a part of the name is too long
        raise OSError(f"{host} has no address") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses if judged else ():
        if not is_public(ipaddress.ip_address(address.partition("%")[0])):
            raise AddressRefused(f"{host} is at {address}, which is not a public address.")
    return addresses[0]


def _left(ends: float, timeout: float | None) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("no whole answer in the time there is")
    return left if timeout is None else min(left, timeout)
