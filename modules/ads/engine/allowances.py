"""What this process may promise of each campaign's money. It is had in chunks, which the database has
reserved before: whatever is late, no process promises what another one has."""

from __future__ import annotations

from collections import deque
from itertools import islice
from math import inf
from threading import Lock
from typing import NamedTuple
from uuid import UUID

import numpy as np

from modules.ads.engine.columns import Bools, Floats, Ints, Rows
from modules.ads.engine.names import Names

_SIZE = 64


class Chunk(NamedTuple):
    """What was reserved for this process: `micros` of a campaign, to be promised before `until`."""

    id: int
    campaign: UUID
    micros: int
    until: float


class Leftover(NamedTuple):
    """What of a chunk was not promised."""

    id: int
    micros: int


class Allowances:
    """By campaign what is left to promise, and until when there is nothing to be had. Many take at the same
    time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._places: Names[UUID] = Names()
        self._left: Ints = np.zeros(_SIZE, np.int64)
        self._closed_until: Floats = np.zeros(_SIZE, np.float64)
        self._chunks: dict[UUID, deque[Chunk]] = {}
        self._in_time: deque[tuple[float, UUID]] = deque()  # when a chunk of whom is over, the first first
        self._wanted: dict[UUID, int] = {}

    def place(self, campaign: UUID) -> int:
        """Where the campaign stands here."""
        with self._lock:
            place = self._places.number(campaign)
            if place >= len(self._left):
                self._left = np.concatenate([self._left, np.zeros_like(self._left)])
                self._closed_until = np.concatenate([self._closed_until, np.zeros_like(self._closed_until)])
            return place

    def may_have(self, places: Rows, now: float) -> Bools:
        """Which have money, or may get some."""
        may: Bools = (self._left[places] > 0) | (self._closed_until[places] <= now)
        return may

    def take(self, campaign: UUID, micros: int) -> bool:
        """Promise so much; False where that is not there, which is asked for next."""
        with self._lock:
            place = self._places.known(campaign)
            if self._left[place] < micros:
                self._wanted[campaign] = max(micros, self._wanted.get(campaign, 0))
                return False
            self._left[place] -= micros
            return True

    def give_back(self, campaign: UUID, micros: int) -> None:
        """It was promised for less, or not at all."""
        if not micros:
            return
        with self._lock:
            self._left[self._places.known(campaign)] += micros

    def wanted(self, most: int) -> dict[UUID, int]:
        """By campaign how much was missing at a time; those that were missed longest, and are not asked for
        yet."""
        with self._lock:
            first = list(islice(self._wanted, most))
            return {campaign: self._wanted.pop(campaign) for campaign in first}

    def grant(self, chunk: Chunk) -> None:
        with self._lock:
            self._left[self._places.known(chunk.campaign)] += chunk.micros
            self._chunks.setdefault(chunk.campaign, deque()).append(chunk)
            self._in_time.append((chunk.until, chunk.campaign))

    def close(self, campaign: UUID, until: float) -> None:
        """There is nothing to be had before that; `inf`: before something about the campaign changes."""
        with self._lock:
            self._closed_until[self._places.known(campaign)] = until

    def open(self, campaign: UUID) -> None:
        """Something about the campaign changed: it may be asked for again."""
        with self._lock:
            place = self._places.known(campaign)
            if place >= 0:
                self._closed_until[place] = -inf

    def expire(self, now: float) -> list[Leftover]:
        """Let go of chunks whose time is over: what of them was not promised. The oldest is promised first,
        and each that is granted lasts at least as long as those before."""
        leftovers = []
        while (campaign := self._next_over(now)) is not None:
            with self._lock:
                chunks, place = self._chunks[campaign], self._places.known(campaign)
                over = chunks.popleft()
                kept = sum(chunk.micros for chunk in chunks)
                unused = max(0, min(int(self._left[place]) - kept, over.micros))
                self._left[place] -= unused
                if not chunks:
                    del self._chunks[campaign]
            leftovers.append(Leftover(over.id, unused))
        return leftovers

    def _next_over(self, now: float) -> UUID | None:
        with self._lock:
            if not self._in_time or self._in_time[0][0] > now:
                return None
            return self._in_time.popleft()[1]
