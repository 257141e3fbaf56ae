"""What the last release's client and today's server say to each other, and the other way round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tiffin import ids
from tiffin.compatibility.releases import Release
from tiffin.errors import DomainError
from tiffin.interfaces.contracts import Method, encode
from tiffin.interfaces.registry import contract_of
from tiffin.log.events import Event, Recorded
from tiffin.testing.agreeing import Disagreement, ask, check_agree, read_reply, serving
from tiffin.testing.values import values

# Which values fail hardly matters, the message says what: shrinking them would take minutes.
a_few = settings(
    max_examples=8,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
Draw = Callable[[st.SearchStrategy[Any]], Any]


def method_of(release: Release, wire_name: str, name: str) -> Method:
    try:
        return contract_of(release.interfaces[wire_name]).methods[name]
    except KeyError:
        raise Disagreement(f"{wire_name}.{name} is not there") from None


def talk(last: Release, now: Release, wire_name: str, name: str, draw: Draw) -> None:
    """One call each way, with values that the last release can say and answers that the server can. Raises
    Disagreement, and whatever refuses the bytes."""
    before, after = method_of(last, wire_name, name), method_of(now, wire_name, name)
    said = draw(values(before.arguments))

    with serving(now, wire_name) as server:
        server.says = draw(_outcomes(after))
        reply = ask(before, msgspec.structs.asdict(said), key=str(ids.new_id()))
        _check_asked(said, server.asked, before)
        _check_said(read_reply(before, reply), server.says, before)

    with serving(last, wire_name) as server:
        server.says = draw(_outcomes(before))
        same = msgspec.msgpack.decode(encode(said), type=after.arguments)
        reply = ask(after, msgspec.structs.asdict(same), key=str(ids.new_id()))
        _check_asked(said, server.asked, before)
        _check_said(server.says, read_reply(after, reply), before)


def tell(last: Release, now: Release, wire: str, draw: Draw) -> None:
    """The event as today's module publishes it, read by the last release; and the other way round: old events
    stay in the log. Raises as `talk`."""
    if wire not in now.events:
        raise Disagreement(f"{wire} is not there")
    new, old = draw(values(now.events[wire])), draw(values(last.events[wire]))
    check_agree(_read(last, wire, new), new, wire)
    check_agree(old, _read(now, wire, old), wire)


def _read(reader: Release, wire: str, event: Event) -> Event:
    nothing = UUID(int=0)
    recorded = Recorded(
        shard=0,
        epoch=1,
        txid=1,
        position=1,
        day=None,
        event_id=nothing,
        name=wire,
        key=nothing,
        seq=1,
        occurred_at=datetime.now(UTC),
        region=None,
        actor="service",
        correlation=nothing,
        causation=None,
        payload=msgspec.json.encode(event),
    )
    with reader.registered():
        return recorded.decode()


def _outcomes(method: Method) -> st.SearchStrategy[Any]:
    """Everything the method may end with: an answer, or a refusal; deprecated ones happen no more."""
    refusals = [_refusals(error) for error in method.errors.values() if not error.deprecated]
    return st.one_of(values(method.answer), *refusals)


def _refusals(error: type[DomainError]) -> st.SearchStrategy[DomainError]:
    return values(error.fields).map(lambda data: error(**msgspec.structs.asdict(data)))


def _check_asked(said: msgspec.Struct, asked: dict[str, Any], method: Method) -> None:
    for name, value in msgspec.structs.asdict(said).items():
        if name not in asked:
            raise Disagreement(f"{method.wire_name}: the argument {name} did not arrive")
        check_agree(value, asked[name], f"{method.wire_name}({name})")


def _check_said(last: Any, now: Any, method: Method) -> None:
    if isinstance(last, DomainError) or isinstance(now, DomainError):
        if getattr(last, "code", None) != getattr(now, "code", None):
            raise Disagreement(f"{method.wire_name}: the last release has {last!r}, this one {now!r}")
        last, now = last.data, now.data
    check_agree(last, now, f"{method.wire_name} → ")
