"""The module's side: an encoded Envelope comes in, the provider runs, an encoded Reply goes out.

Nothing but bytes passes, so what a provider answers can neither be changed by its caller nor change under it.
"""

from __future__ import annotations

import time

import msgspec
import structlog
from django.db import InterfaceError, OperationalError

from tiffin import context
from tiffin.context import Context, DeadlineExceeded
from tiffin.errors import DomainError
from tiffin.interfaces import commands, metrics, registry
from tiffin.interfaces.contracts import Kind, Method
from tiffin.interfaces.contracts import encode as encode_payload
from tiffin.interfaces.envelope import Envelope, Outcome, Reply, decode_envelope, encode
from tiffin.interfaces.errors import CallFailed, ModuleUnavailable

log = structlog.get_logger(__name__)


def dispatch(request: bytes) -> bytes:
    """Answer one call. Raises nothing but what ends the process: every failure is a Reply."""
    try:
        envelope = decode_envelope(request)
    except msgspec.MsgspecError as error:
        return encode(Reply(outcome=Outcome.FAULT, reason=f"the envelope cannot be read: {error}"))
    method = registry.find_method(envelope.interface, envelope.method)
    if method is None:
        wanted = f"{envelope.interface}.{envelope.method}"
        return encode(Reply(outcome=Outcome.UNAVAILABLE, reason=f"nobody here knows {wanted}"))
    started = time.perf_counter()
    with context.use(_context(method, envelope)):
        reply = _settle(method, envelope)
    metrics.observe(method, reply.outcome, time.perf_counter() - started)
    return encode(reply)


def _context(method: Method, envelope: Envelope) -> Context:
    seconds = min(envelope.remaining_seconds, method.timeout_seconds)
    return Context(
        actor=envelope.actor,
        region=envelope.region,
        correlation=envelope.correlation,
        causation=envelope.causation,
        deadline=time.monotonic() + seconds,
    )


def _settle(method: Method, envelope: Envelope) -> Reply:
    provider = registry.provider_of(method.interface)
    if provider is None:
        return Reply(outcome=Outcome.UNAVAILABLE, reason=f"{method.interface} is not provided here")
    try:
        if method.is_command:
            return commands.execute(method, provider, envelope)
        answer = getattr(provider, method.name)(**method.read_arguments(envelope.payload))
        return Reply(outcome=Outcome.ANSWER, payload=encode_payload(answer))
    except ModuleUnavailable as error:
        return _unavailable(error, maybe_executed=error.maybe_executed)
    except (DeadlineExceeded, OperationalError, InterfaceError) as error:
        # A command was rolled back; what an action had committed by then stays.
        return _unavailable(error, maybe_executed=method.kind is Kind.ACTION)
    except Exception as error:
        return _refusal_or_fault(method, envelope, error)


def _unavailable(error: Exception, *, maybe_executed: bool) -> Reply:
    return Reply(outcome=Outcome.UNAVAILABLE, reason=_say(error), maybe_executed=maybe_executed)


def _refusal_or_fault(method: Method, envelope: Envelope, error: Exception) -> Reply:
    if isinstance(error, DomainError) and method.declares(error):
        try:
            payload = method.write_error(error)
            return Reply(outcome=Outcome.REFUSAL, code=error.code, payload=payload)
        except (TypeError, msgspec.MsgspecError) as unwritable:
            error = unwritable
    if not isinstance(error, CallFailed):  # another module's fault was logged on its side
        log.error(
            "module_fault",
            method=method.wire_name,
            caller=envelope.caller,
            key=envelope.key,
            trace_id=envelope.correlation.hex,
            exc_info=error,
        )
    return Reply(outcome=Outcome.FAULT, reason=_say(error))


def _say(error: Exception) -> str:
    """The kind of failure alone: its text may hold data that is the module's own."""
    return type(error).__name__
