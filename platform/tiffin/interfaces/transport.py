"""How the bytes of a call reach the module: within the process or over HTTP; callers cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from tiffin.interfaces.dispatch import dispatch
from tiffin.remote import Unreached, home_of, peer_of


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


class Elsewhere:
    """The module runs in another deployable."""

    def __init__(self, module: str) -> None:
        self._module = module

    def send(self, request: bytes, *, timeout_seconds: float) -> bytes:
        try:
            return peer_of(self._module).post("call", request, timeout_seconds=timeout_seconds)
        except Unreached as error:
            raise TransportTrouble(str(error), sent=error.sent) from error


_here: Transport = InProcess()
_elsewhere: dict[str, Transport] = {}
_disturbed: Callable[[Transport], Transport] | None = None


def route_to(module: str) -> Transport:
    """The transport that reaches `module` now."""
    route = _here if home_of(module) is None else _elsewhere.setdefault(module, Elsewhere(module))
    return route if _disturbed is None else _disturbed(route)


def disturb(by: Callable[[Transport], Transport] | None) -> None:
    """Send every call of this process through what `by` makes of its transport. For tests."""
    global _disturbed
    _disturbed = by


@contextmanager
def routed(transport: Transport) -> Iterator[None]:
    """Send every call through `transport` within the block. For tests."""
    before = _disturbed
    disturb(lambda _: transport)
    try:
        yield
    finally:
        disturb(before)
