"""Where the answers to commands, and to requests with an Idempotency-Key, are kept: in the schema of the
module that executed them, in the transaction of the effects."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connections

from tiffin import clock
from tiffin.db.rows import ask
from tiffin.dto import DTO
from tiffin.interfaces.errors import CommandKeyReused

ANSWER, REFUSAL = 0, 1
_PURPOSE = b"tiffin.interfaces.answers"
KEPT_FOR = timedelta(days=7)
# Raw and constant: these run with every command.
_SELECT = (
    "SELECT request_hash, outcome, body FROM command_answer WHERE caller = %s AND method = %s AND key = %s"
)
# The lock is taken after the statement has begun to read: an answer that was committed in between is met when
# another is to be inserted.
_LOCK = """
    SELECT pg_try_advisory_xact_lock(%s), request_hash, outcome, body
    FROM (VALUES (1)) AS always LEFT JOIN command_answer ON caller = %s AND method = %s AND key = %s
"""
_INSERT = """
    INSERT INTO command_answer (caller, method, key, request_hash, outcome, body, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (caller, method, key) DO NOTHING
"""
_DELETE = """
    DELETE FROM command_answer
    WHERE id IN (SELECT id FROM command_answer WHERE created_at < %s ORDER BY created_at LIMIT %s)
"""


class Scope(DTO):
    """Where the answer to one command is kept, and what was asked."""

    module: str
    caller: str
    method: str
    key: str
    request_hash: bytes


class StoredAnswer(DTO):
    """`outcome` is ANSWER or REFUSAL; what `body` holds is its writer's business."""

    outcome: int
    body: bytes


def hash_of(request: bytes) -> bytes:
    """What is kept of a request. It is keyed: requests hold addresses and passwords, which whoever reads the
    table could guess otherwise. Under a new secret a repeated request is taken for another."""
    return hmac.digest(_key(settings.SECRET_KEY), request, sha256)


def find(scope: Scope) -> StoredAnswer | None:
    """The stored answer, or None. Raises CommandKeyReused when it answers another request."""
    row: Any = ask(scope.module, _SELECT, [scope.caller, scope.method, scope.key]).fetchone()
    return _stored(scope, row) if row is not None else None


def lock(scope: Scope) -> tuple[bool, StoredAnswer | None]:
    """Whether nobody else is about to answer, until this transaction ends; and the answer stored already.
    Raises CommandKeyReused when it answers another request."""
    name = f"{scope.caller}\n{scope.method}\n{scope.key}"
    number = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
    asked = [number, scope.caller, scope.method, scope.key]
    locked, *answer = ask(scope.module, _LOCK, asked).fetchone()
    return locked, _stored(scope, answer) if locked and answer[0] is not None else None


def insert(scope: Scope, outcome: int, body: bytes) -> bool:
    """Whether the answer was stored; False when the key has one, once the other transaction is through."""
    values = [scope.caller, scope.method, scope.key, scope.request_hash, outcome, body, clock.now()]
    return bool(ask(scope.module, _INSERT, values).rowcount)


def forget_answers(module: str, older_than: timedelta = KEPT_FOR, *, batch: int = 5_000) -> int:
    """Delete the answers that `module` gave more than `older_than` ago; returns how many. May be repeated."""
    before, forgotten = clock.now() - older_than, 0
    while True:
        with connections[module].cursor() as cursor:
            cursor.execute(_DELETE, [before, batch])
            deleted: int = cursor.rowcount
        forgotten += deleted
        if deleted < batch:
            return forgotten


def _stored(scope: Scope, row: Sequence[Any]) -> StoredAnswer:
    request_hash, outcome, body = row
    if bytes(request_hash) != scope.request_hash:
        raise CommandKeyReused(key=scope.key)
    return StoredAnswer(outcome=outcome, body=bytes(body))


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), _PURPOSE, sha256)
