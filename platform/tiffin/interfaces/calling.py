"""The caller's side: from `call(Rewards).balance(…)` to bytes, and from bytes to an answer or an error.

`call()` gives an object that is typed as the interface, so that a type checker sees its signatures; what it
does is encode, send, decode. It looks local and never acts local.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec
import structlog

from tiffin import context, db
from tiffin.interfaces.awareness import NaiveTime
from tiffin.interfaces.contracts import Kind, Method, UndeclaredError
from tiffin.interfaces.declaring import Interface
from tiffin.interfaces.envelope import Envelope, Outcome, Reply, decode_reply, encode
from tiffin.interfaces.errors import CallInTransaction, ModuleFault, ModuleUnavailable
from tiffin.interfaces.registry import contract_of
from tiffin.interfaces.transport import TransportTrouble, route_to
from tiffin.interfaces.types import KEY_LENGTH

Published = TypeVar("Published", bound=Interface)

log = structlog.get_logger(__name__)

# Before the second and last try of a call that got no answer.
PAUSE_SECONDS = (0.01, 0.05)
_jitter = random.SystemRandom()

_clients: dict[tuple[type[Interface], str], Interface] = {}


def call(interface: type[Published], *, caller: str | None = None) -> Published:
    """The module behind `interface`, wherever it runs; each method may be called with keyword arguments.

    Errors that the method declares arrive as they were raised. Besides: ModuleUnavailable, ModuleFault, and
    CallInTransaction when a transaction is open here. `caller` is found from the calling code; tests may give
    it.
    """
    name = caller or _module_of(sys._getframe(1).f_globals["__name__"])
    client = _clients.get((interface, name))
    if client is None:
        client = _clients[interface, name] = _client(interface, name)
    return cast(Published, client)


def _module_of(python_module: str) -> str:
    """`modules.orders.jobs` → `orders`; the deployable is `config`, all else `tiffin`."""
    root, _, rest = python_module.partition(".")
    if root == "modules" and rest:
        return rest.partition(".")[0]
    return "config" if root == "config" else "tiffin"


def _client(interface: type[Interface], caller: str) -> Interface:
    methods = {name: _sender(method, caller) for name, method in contract_of(interface).methods.items()}
    return cast(Interface, type(f"{interface.__name__}Client", (interface,), methods)())


def _sender(method: Method, caller: str) -> Callable[..., Any]:
    def send(self: Interface, **arguments: Any) -> Any:
        return _send(method, caller, arguments)

    send.__name__ = method.name
    return send


def _send(method: Method, caller: str, arguments: dict[str, Any]) -> Any:
    if db.in_transaction():
        raise CallInTransaction(
            f"{method.wire_name} was called inside an open transaction; what follows one is an event or a job"
        )
    key = _take_key(method, arguments)
    payload = method.write_arguments(arguments)
    here = context.current()
    until = _until(method, here)
    envelope = Envelope(
        interface=method.interface,
        method=method.name,
        payload=payload,
        caller=caller,
        actor=here.actor,
        correlation=here.correlation,
        remaining_seconds=until - time.monotonic(),
        key=key,
        region=here.region,
        causation=here.causation,
    )
    return _read(method, _deliver(method, envelope, until), here.trace_id)


def _deliver(method: Method, envelope: Envelope, until: float) -> Reply:
    """The reply, after a second try where that is safe. Raises ModuleUnavailable."""
    sent, again = False, True
    while True:
        seconds = envelope.remaining_seconds
        try:
            return decode_reply(route_to(method.module).send(encode(envelope), timeout_seconds=seconds))
        except (TransportTrouble, msgspec.MsgspecError) as trouble:
            sent = sent or not isinstance(trouble, TransportTrouble) or trouble.sent
            if not again or not _may_repeat(method, sent, until):
                raise ModuleUnavailable(
                    maybe_executed=sent and method.writes,
                    method=method.wire_name,
                    reason=str(trouble),
                    trace_id=envelope.correlation.hex,
                ) from trouble
        again = False
        envelope = msgspec.structs.replace(envelope, remaining_seconds=until - time.monotonic())


def _may_repeat(method: Method, sent: bool, until: float) -> bool:
    """A query changes nothing and a command has its key; an action is repeated only if it never left. Says no
    when there is no time; pauses first, or the second try meets what the first one met."""
    if sent and method.kind is Kind.ACTION:
        return False
    pause = _jitter.uniform(*PAUSE_SECONDS)
    if time.monotonic() + 2 * pause > until:
        return False
    time.sleep(pause)
    return True


def _take_key(method: Method, arguments: dict[str, Any]) -> str | None:
    if not method.is_command:
        return None
    key = arguments.pop("key", None)
    if not isinstance(key, str) or not 0 < len(key) <= KEY_LENGTH:
        raise TypeError(f"{method.wire_name} takes a key of 1 to {KEY_LENGTH} characters, not {key!r}")
    return key


def _until(method: Method, here: context.Context) -> float:
    """When the call has to be over, on the monotonic clock. Raises ModuleUnavailable when that is past."""
    now = time.monotonic()
    if here.deadline is None:
        return now + method.timeout_seconds
    if here.deadline <= now:
        raise ModuleUnavailable(
            maybe_executed=False,
            method=method.wire_name,
            reason="the deadline had passed before the call",
            trace_id=here.trace_id,
        )
    return min(now + method.timeout_seconds, here.deadline)


def _read(method: Method, reply: Reply, trace_id: str) -> Any:
    if reply.outcome is Outcome.UNAVAILABLE:
        raise ModuleUnavailable(
            maybe_executed=reply.maybe_executed,
            method=method.wire_name,
            reason=reply.reason,
            trace_id=trace_id,
        )
    if reply.outcome is Outcome.FAULT:
        raise ModuleFault(method=method.wire_name, reason=reply.reason, trace_id=trace_id)
    try:
        if reply.outcome is Outcome.ANSWER:
            return method.read_answer(reply.payload)
        refusal = method.read_error(reply.code, reply.payload)
    except (msgspec.ValidationError, NaiveTime, UndeclaredError) as error:
        log.error("reply_unreadable", method=method.wire_name, trace_id=trace_id, reason=str(error))
        raise ModuleFault(method=method.wire_name, reason=str(error), trace_id=trace_id) from error
    raise refusal
