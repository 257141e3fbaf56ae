"""The feed of a producer that is elsewhere: what is sent, and who answers it there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TypeVar

import msgspec
from django.conf import settings

from tiffin.dto import DTO
from tiffin.log import local_feed, readers
from tiffin.log.pages import FeedUnavailable, Horizon, Page, Place
from tiffin.remote import NotHere, Unreached, peer_of

READ_SECONDS = 3.0
T = TypeVar("T")


class ReadRequest(DTO):
    producer: str
    places: tuple[Place, ...]
    kinds: tuple[str, ...]
    limit: int


class HorizonRequest(DTO):
    producer: str
    since: datetime | None = None


class Announcement(DTO):
    """Who reads `producer`'s log from another deployable, what of it, and from which day on (None: all)."""

    producer: str
    subscriber: str
    kinds: tuple[str, ...]
    day: date | None = None


_encode = msgspec.msgpack.Encoder().encode
_pages = msgspec.msgpack.Decoder(Page)
_horizons = msgspec.msgpack.Decoder(Horizon)
_nothing = msgspec.msgpack.Decoder(None)


def read(producer: str, places: Sequence[Place], kinds: Collection[str], *, limit: int) -> Page:
    request = ReadRequest(producer=producer, places=tuple(places), kinds=tuple(kinds), limit=limit)
    return _ask(producer, "feed", request, _pages)


def horizon(producer: str, since: datetime | None = None) -> Horizon:
    return _ask(producer, "horizon", HorizonRequest(producer=producer, since=since), _horizons)


def announce(producer: str, subscriber: str, kinds: Collection[str], day: date | None) -> None:
    """Tell a producer elsewhere who reads its log from here. Raises FeedUnavailable."""
    told = Announcement(producer=producer, subscriber=subscriber, kinds=tuple(sorted(kinds)), day=day)
    _ask(producer, "readers", told, _nothing)


def answer_read(body: bytes) -> bytes:
    """Raises NotHere, msgspec.MsgspecError, django.db.Error."""
    asked = msgspec.msgpack.decode(body, type=ReadRequest)
    _require_here(asked.producer)
    return _encode(local_feed.read(asked.producer, asked.places, asked.kinds, limit=asked.limit))


def answer_horizon(body: bytes) -> bytes:
    """Raises NotHere, msgspec.MsgspecError, django.db.Error."""
    asked = msgspec.msgpack.decode(body, type=HorizonRequest)
    _require_here(asked.producer)
    return _encode(local_feed.horizon(asked.producer, asked.since))


def answer_readers(body: bytes) -> bytes:
    """Raises NotHere, msgspec.MsgspecError, django.db.Error."""
    told = msgspec.msgpack.decode(body, type=Announcement)
    _require_here(told.producer)
    readers.remember(told.producer, told.subscriber, told.kinds, told.day)
    return _encode(None)


def _require_here(producer: str) -> None:
    if producer not in settings.TIFFIN_MODULES:
        raise NotHere(f"{producer} does not run here")


def _ask(producer: str, what: str, request: DTO, answers: msgspec.msgpack.Decoder[T]) -> T:
    try:
        return answers.decode(peer_of(producer).post(what, _encode(request), timeout_seconds=READ_SECONDS))
    except (Unreached, msgspec.MsgspecError) as error:
        raise FeedUnavailable(f"the log of {producer} cannot be read: {error}") from error
