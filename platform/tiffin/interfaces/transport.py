"""How the bytes of a call reach the module. Within the process is the one way so far; callers cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tiffin.interfaces.dispatch import dispatch


class TransportTrouble(Exception):
    """The bytes did not get there, or no reply came back. `sent` is whether the module may have them."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class Transport(Protocol):
    """Takes an encoded Envelope to a module and brings its encoded Reply."""

    def send(self, request: bytes, *, timeout_seconds: float) -> bytes:
        """Raises TransportTrouble; any other exception would be a mistake of the transport."""
        ...


class InProcess:
    """The module runs here. The deadline in the envelope is what ends a call that takes too long."""

    def send(self, request: bytes, *, timeout_seconds: float) -> bytes:
        return dispatch(request)


_everywhere: Transport = InProcess()


def route_to(module: str) -> Transport:
    """The transport that reaches `module` now."""
    return _everywhere


@contextmanager
def routed(transport: Transport) -> Iterator[None]:
    """Send every call through `transport` within the block. For tests."""
    global _everywhere
    before, _everywhere = _everywhere, transport
    try:
        yield
    finally:
        _everywhere = before
