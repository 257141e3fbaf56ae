"""What each process that answers requests follows in the logs, so as to know it before it is asked."""

from __future__ import annotations

from tiffin.log.events import Recorded
from tiffin.log.tails import tail
from tiffin.web.auth import revoke
from tiffin.web.tokens import LONGEST_LIFE

LOOK_EVERY_SECONDS = 1.0


def follow() -> None:
    """Start the tails. Called where gunicorn loads the application: in each worker, after the fork."""
    # Django is set up by then, and not before.
    from modules.identity.events import SessionRevoked

    tail(
        SessionRevoked.producer,
        _note_revocation,
        kinds={SessionRevoked.kind},
        since=LONGEST_LIFE,
        poll_seconds=LOOK_EVERY_SECONDS,
    )


def _note_revocation(record: Recorded) -> None:
    """Refuse the tokens of a revoked family from now on."""
    from modules.identity.events import SessionRevoked

    event = record.decode()
    if isinstance(event, SessionRevoked):
        revoke(event.sid, event.until)
