"""Disturbs a process's way to modules and logs, as TIFFIN_DISTURB asks. What then fails was luck before."""

from __future__ import annotations

import random
import time

from tiffin.interfaces import transport
from tiffin.interfaces.testing import Twice
from tiffin.interfaces.transport import Transport, TransportTrouble
from tiffin.log import feed
from tiffin.log.pages import FeedUnavailable, Page

UNAVAILABLE, LOST_ANSWER, SLOW = 0.03, 0.03, 0.05
SLOW_SECONDS = (0.02, 0.3)
_chance = random.SystemRandom()


class Faulty:
    """Loses some calls before they arrive, some answers after they were given, and delays some."""

    def __init__(self, to: Transport) -> None:
        self._to = to

    def send(self, request: bytes, *, timeout_seconds: float) -> bytes:
        if _chance.random() < UNAVAILABLE:
            raise TransportTrouble("disturbed: it never arrived", sent=False)
        if _chance.random() < SLOW:
            time.sleep(min(_chance.uniform(*SLOW_SECONDS), timeout_seconds))
        answer = self._to.send(request, timeout_seconds=timeout_seconds)
        if _chance.random() < LOST_ANSWER:
            raise TransportTrouble("disturbed: the answer was lost", sent=True)
        return answer


def faulty_page(page: Page) -> Page:
    if _chance.random() < UNAVAILABLE:
        raise FeedUnavailable("disturbed: the page never arrived")
    return page


def page_twice(page: Page) -> Page:
    """Every event of the page, and then every one again."""
    return page._replace(events=[*page.events, *page.events])


_WAYS = {"twice": (Twice, page_twice), "faults": (Faulty, faulty_page)}


def install(way: str) -> None:
    """Disturb this process from now on. Raises ValueError for a way that is not known."""
    if way not in _WAYS:
        raise ValueError(f"TIFFIN_DISTURB is one of {', '.join(_WAYS)}, not {way}")
    of_calls, of_pages = _WAYS[way]
    transport.disturb(of_calls)
    feed.disturb(of_pages)
