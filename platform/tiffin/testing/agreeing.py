"""Two releases talk: what one says the other reads, through the bytes that really travel.

Everything that the last release names must arrive as it was said, in both directions: either side of a call
may be of the last release.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from uuid import UUID

import msgspec
from msgspec import inspect as shapes

from tiffin.compatibility.releases import Release
from tiffin.context import SERVICE
from tiffin.errors import DomainError
from tiffin.interfaces import provided
from tiffin.interfaces.contracts import Method
from tiffin.interfaces.declaring import Interface
from tiffin.interfaces.dispatch import dispatch
from tiffin.interfaces.envelope import Envelope, Outcome, Reply, decode_reply, encode
from tiffin.interfaces.registry import contract_of
from tiffin.interfaces.types import OpenEnum

SECONDS = 5.0


class Disagreement(AssertionError):
    """One release does not read what the other says."""


class Recorder:
    """Stands behind every method of an interface: notes what it was asked, says what it is told to say."""

    def __init__(self, interface: type[Interface]) -> None:
        self.asked: dict[str, Any] = {}
        self.says: Any = None
        methods = {name: self._method(interface, name) for name in contract_of(interface).methods}
        self.provider = type("Recording", (interface,), methods)()

    def _method(self, interface: type[Interface], name: str) -> Any:
        @wraps(getattr(interface, name))
        def answer(_: Interface, **arguments: Any) -> Any:
            self.asked = arguments
            if isinstance(self.says, DomainError):
                raise self.says
            return self.says

        return answer


@contextmanager
def serving(release: Release, wire_name: str) -> Iterator[Recorder]:
    """Within the block `dispatch` answers as this release would."""
    interface = release.interfaces[wire_name]
    recorder = Recorder(interface)
    with release.registered(), provided(interface, by=recorder.provider):
        yield recorder


def ask(method: Method, arguments: dict[str, Any], *, key: str) -> Reply:
    """Send a call as a client with this `method` does."""
    envelope = Envelope(
        interface=method.interface,
        method=method.name,
        payload=method.write_arguments(arguments),
        caller="tests",
        actor=SERVICE,
        correlation=UUID(int=1),
        remaining_seconds=SECONDS,
        key=key if method.is_command else None,
    )
    return decode_reply(dispatch(encode(envelope)))


def read_reply(method: Method, reply: Reply) -> Any:
    """What that client makes of the reply: an answer, or the error it would raise. Raises Disagreement."""
    if reply.outcome is Outcome.ANSWER:
        return method.read_answer(reply.payload)
    if reply.outcome is Outcome.REFUSAL:
        return method.read_error(reply.code, reply.payload)
    raise Disagreement(f"{method.wire_name}: {reply.outcome.value}: {reply.reason}")


def check_agree(last: Any, now: Any, where: str) -> None:
    """Every part that the last release names is the same on both sides. Raises Disagreement.

    `last` and `now` are the same message as either release holds it. What was deprecated may be gone; a
    member that the last release does not know is UNKNOWN to it.
    """
    if isinstance(last, msgspec.Struct):
        _agree_structs(last, now, where)
    elif isinstance(last, OpenEnum) and last.name == "UNKNOWN":
        known = {member.value for member in type(last)} - {last.value}
        _require(now.value not in known, where, last, now)
    elif isinstance(last, list | tuple):
        _require(len(last) == len(now), where, last, now)
        for index, (one, other) in enumerate(zip(last, now, strict=True)):
            check_agree(one, other, f"{where}[{index}]")
    elif isinstance(last, dict):
        one, other = _by_plain_key(last), _by_plain_key(now)
        _require(one.keys() == other.keys(), where, last, now)
        for key in one:
            check_agree(one[key], other[key], f"{where}[{key}]")
    else:
        _require(_plain(last) == _plain(now), where, last, now)


def _agree_structs(last: msgspec.Struct, now: Any, where: str) -> None:
    info = shapes.type_info(type(last))
    for field in info.fields if isinstance(info, shapes.StructType) else ():
        inner = f"{where}.{field.name}"
        if _is_deprecated(field.type) and not hasattr(now, field.name):
            continue
        _require(hasattr(now, field.name), inner, last, now)
        check_agree(getattr(last, field.name), getattr(now, field.name), inner)


def _is_deprecated(shape: shapes.Type) -> bool:
    return isinstance(shape, shapes.Metadata) and bool((shape.extra_json_schema or {}).get("deprecated"))


def _by_plain_key(values: dict[Any, Any]) -> dict[str, Any]:
    return {str(_plain(key)): value for key, value in values.items()}


def _plain(value: Any) -> Any:
    """As it would stand in JSON; sets have no order."""
    plain = msgspec.to_builtins(value)
    return sorted(plain, key=repr) if isinstance(value, set | frozenset) else plain


def _require(holds: bool, where: str, last: Any, now: Any) -> None:
    if not holds:
        raise Disagreement(f"{where}: the last release has {last!r}, this one {now!r}")
