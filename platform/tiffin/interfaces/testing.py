"""Ways to hold a caller or a provider to its word in a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tiffin.interfaces.contracts import Kind
from tiffin.interfaces.declaring import Interface
from tiffin.interfaces.envelope import decode_envelope
from tiffin.interfaces.registry import contract_of, find_method
from tiffin.interfaces.transport import InProcess, Transport, TransportTrouble, routed


class Twice:
    """Delivers every call twice, as a network may, and gives the second reply: queries change nothing, and
    commands have their keys. Actions are never repeated, so they go once."""

    def __init__(self, transport: Transport | None = None) -> None:
        self._transport = transport or InProcess()

    def send(self, request: bytes, *, timeout_seconds: float) -> bytes:
        envelope = decode_envelope(request)
        method = find_method(envelope.interface, envelope.method)
        if method is None or method.kind is not Kind.ACTION:
            self._transport.send(request, timeout_seconds=timeout_seconds)
        return self._transport.send(request, timeout_seconds=timeout_seconds)


class Recording:
    """Notes the wire name of every call on its way."""

    def __init__(self, transport: Transport | None = None) -> None:
        self.calls: list[str] = []
        self._transport = transport or InProcess()

    def send(self, request: bytes, *, timeout_seconds: float) -> bytes:
        envelope = decode_envelope(request)
        self.calls.append(f"{envelope.interface}.{envelope.method}")
        return self._transport.send(request, timeout_seconds=timeout_seconds)


class Without:
    """Carries every call but those to one interface, whose module is stopped."""

    def __init__(self, interface: type[Interface], transport: Transport | None = None) -> None:
        self._missing = contract_of(interface).wire_name
        self._transport = transport or InProcess()

    def send(self, request: bytes, *, timeout_seconds: float) -> bytes:
        if decode_envelope(request).interface == self._missing:
            raise TransportTrouble("it is stopped", sent=False)
        return self._transport.send(request, timeout_seconds=timeout_seconds)


@contextmanager
def stopped(interface: type[Interface]) -> Iterator[None]:
    """While the block lasts nobody answers for `interface`."""
    with routed(Without(interface)):
        yield


@contextmanager
def call_budget(at_most: int) -> Iterator[Recording]:
    """The block may make `at_most` calls to modules; more of them are an AssertionError that lists them."""
    recording = Recording()
    with routed(recording):
        yield recording
    if len(recording.calls) > at_most:
        made = ", ".join(recording.calls)
        raise AssertionError(f"{len(recording.calls)} calls where {at_most} are enough: {made}")
