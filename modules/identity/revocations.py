"""Revoked tokens, known to every process that checks tokens within a moment."""

from __future__ import annotations

from modules.identity.events import SessionRevoked
from modules.identity.services import STAFF_TOKEN_LIFE
from tiffin.log.events import Recorded
from tiffin.log.tails import Tail, tail
from tiffin.web.auth import revoke

LOOK_EVERY_SECONDS = 1.0


def follow_revocations() -> Tail:
    """Start following in this process, from as long ago as a token can live. Call it after the fork."""
    return tail(
        SessionRevoked.producer,
        note,
        kinds={SessionRevoked.kind},
        since=STAFF_TOKEN_LIFE,
        poll_seconds=LOOK_EVERY_SECONDS,
    )


def note(record: Recorded) -> None:
    """Refuse the tokens of a revoked family from now on."""
    event = record.decode()
    if isinstance(event, SessionRevoked):
        revoke(event.sid, event.until)
