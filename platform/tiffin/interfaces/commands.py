"""Commands happen once per key, whatever is repeated and whatever breaks.

The answer is written in the transaction of the effects, so that there is never one without the other.
"""

from __future__ import annotations

import msgspec
from django.db import InterfaceError, OperationalError

from tiffin import db
from tiffin.context import DeadlineExceeded
from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import answers
from tiffin.interfaces.answers import Scope
from tiffin.interfaces.contracts import Method
from tiffin.interfaces.contracts import encode as encode_payload
from tiffin.interfaces.envelope import Envelope, Outcome, Reply
from tiffin.interfaces.errors import CommandKeyReused, ModuleUnavailable

_TRANSIENT = (OperationalError, InterfaceError, DeadlineExceeded, ModuleUnavailable)
_NEVER_STORED = (*_TRANSIENT, CommandKeyReused)


class _Refused(DTO):
    """A refusal as it is stored."""

    code: str
    payload: bytes


class _Overtaken(Exception):
    """Somebody else executed the same command first; theirs is the answer."""


_refusals = msgspec.msgpack.Decoder(_Refused)


def execute(method: Method, provider: object, envelope: Envelope) -> Reply:
    """The answer to a command: the stored one, or that of executing it now.

    A declared refusal undoes the effects and is stored alone. Whatever else the execution ends with is not
    stored and is raised, unless another execution under the same key was faster: its answer wins.
    Raises CommandKeyReused for another request under the key.
    """
    scope = _scope(method, envelope)
    try:
        return _execute_once(method, provider, envelope, scope)
    except _NEVER_STORED:
        raise
    except Exception as error:
        return _after_rollback(method, scope, error)


def _scope(method: Method, envelope: Envelope) -> Scope:
    if not envelope.key:
        raise ValueError(f"{method.wire_name} came without a key")
    return Scope(
        module=method.module,
        caller=envelope.caller,
        method=method.scope,
        key=envelope.key,
        request_hash=answers.hash_of(envelope.payload),
    )


def _execute_once(method: Method, provider: object, envelope: Envelope, scope: Scope) -> Reply:
    committing = False
    try:
        with db.transaction(owner=scope.module):
            stored = _find(scope)
            if stored is not None:
                return stored
            arguments = method.read_arguments(envelope.payload)
            answer = getattr(provider, method.name)(key=envelope.key, **arguments)
            payload = encode_payload(answer)
            method.read_answer(payload)  # what cannot be read must not be stored
            if not answers.insert(scope, answers.ANSWER, payload):
                raise _Overtaken
            committing = True
    except (OperationalError, InterfaceError) as error:
        if committing:
            raise ModuleUnavailable(
                maybe_executed=True, method=method.wire_name, reason="the commit was not confirmed"
            ) from error
        raise
    return Reply(outcome=Outcome.ANSWER, payload=payload)


def _after_rollback(method: Method, scope: Scope, error: Exception) -> Reply:
    """Two at the same moment may stumble over each other in any way: ask again before believing the error."""
    refusal = error if isinstance(error, DomainError) and method.declares(error) else None
    try:
        stored = _find(scope)
    except _TRANSIENT:
        if refusal is None:
            raise error from None
        raise  # what is not stored must not be answered: the next try may end otherwise
    if stored is not None:
        return stored
    if refusal is None:
        raise error
    refused = _Refused(code=refusal.code, payload=method.write_error(refusal))
    with db.transaction(owner=scope.module):
        if answers.insert(scope, answers.REFUSAL, encode_payload(refused)):
            return _refusal(refused)
    return _find(scope) or _refusal(refused)


def _refusal(refused: _Refused) -> Reply:
    return Reply(outcome=Outcome.REFUSAL, code=refused.code, payload=refused.payload)


def _find(scope: Scope) -> Reply | None:
    """The stored answer, or None. Raises CommandKeyReused when it answers another request."""
    stored = answers.find(scope)
    if stored is None:
        return None
    if stored.outcome == answers.ANSWER:
        return Reply(outcome=Outcome.ANSWER, payload=stored.body)
    return _refusal(_refusals.decode(stored.body))
