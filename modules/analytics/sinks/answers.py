"""What sending may come to when it does not simply succeed, and which answer means what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from tiffin import clock

# No answer makes anybody wait longer than this without another look.
LONGEST_PAUSE = timedelta(hours=1)
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_REFUSED = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
)
SHOWN = 200


class NotNow(Exception):
    """It may work later; not before `pause`, where the other side said so. Nothing is lost by waiting."""

    def __init__(self, cause: str, pause: timedelta | None = None) -> None:
        super().__init__(cause)
        self.pause = pause


class Refused(Exception):
    """This body will never be taken: something in it is wrong, or it is too much."""


class Misconfigured(Exception):
    """Nothing will be taken until somebody changes a setting: here or there."""


def judge(status: int, text: str, headers: Mapping[str, str]) -> None:
    """Returns when it was taken. Raises NotNow, Refused, Misconfigured."""
    cause = f"{status}: {text[:SHOWN]}".strip()
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER:
        raise NotNow(cause, pause_of(headers.get("Retry-After", "")))
    if status in _REFUSED:
        raise Refused(cause)
    raise Misconfigured(cause)


def pause_of(retry_after: str) -> timedelta | None:
    """What the header Retry-After asks for: seconds, or a date (RFC 9110 §10.2.3). None for nothing
    sensible."""
    if retry_after.strip().isdecimal():
        return min(timedelta(seconds=min(int(retry_after), 10**6)), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - clock.now(), timedelta(0)), LONGEST_PAUSE)
