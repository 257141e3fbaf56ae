"""What a sink is: how a message looks on its wire, how much it takes at once, and how it is sent."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import httpx
import requests

from modules.analytics.kinds import Tracked
from modules.analytics.sinks.answers import Misconfigured, NotNow, judge

SECONDS = 10.0
# Keys, times and brackets around the messages of a body take less.
ENVELOPE_BYTES = 1_000
_SEPARATOR = ", "

Rendered = dict[str, Any]


class Limits(NamedTuple):
    """Of one body: how many messages, how many bytes, and how many of them one message may have. `deletions`
    are how many people can be asked to be deleted at once."""

    messages: int
    body_bytes: int
    message_bytes: int
    deletions: int


class Sink(ABC):
    """A sink keeps nothing: what it has not taken, the log still has."""

    name: ClassVar[str]
    title: ClassVar[str]  # as people call it
    limits: ClassVar[Limits]

    @abstractmethod
    def render(self, message: Tracked, person_id: UUID) -> Rendered:
        """The message as it stands in a body."""

    @abstractmethod
    def send(self, batch: Sequence[Rendered]) -> None:
        """Returns when it was taken. Raises NotNow, Refused, Misconfigured."""

    @abstractmethod
    def delete(self, person_ids: Sequence[UUID]) -> None:
        """Ask for people to be deleted. Raises as `send` does, and Misconfigured where no key for it is
        set."""


def size_of(rendered: Rendered) -> int:
    """Its bytes in a body: as `json.dumps` writes it, by which both SDKs do."""
    return len(json.dumps(rendered)) + len(_SEPARATOR)


def numbers(value: Any) -> Any:
    """Amounts as JSON's numbers. 23.50 is written 23.5: no arithmetic is done with it here, and the digits
    are those that the amount had."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {key: numbers(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [numbers(each) for each in value]
    return value


def require(setting: str, value: str) -> str:
    if not value:
        raise Misconfigured(f"{setting} is not set")
    return value


def unsent(error: requests.RequestException) -> NotNow | Misconfigured:
    """What it means that a request came to no answer: maybe it was heard all the same."""
    wrong = (
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidSchema,
    )
    if isinstance(error, wrong):
        return Misconfigured(str(error))
    return NotNow(f"{type(error).__name__}: {error}")


def taken_there(response: requests.Response) -> None:
    """A redirect makes a GET of a POST, and its page is no answer to what was sent."""
    if response.history:
        raise Misconfigured(f"{response.history[0].url} leads to {response.url}, where nothing was posted")


def post_json(url: str, body: Mapping[str, Any], *, token: str) -> None:
    """Post to an API of the provider for which there is no SDK here. Raises NotNow, Refused,
    Misconfigured."""
    try:
        answer = httpx.post(url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=SECONDS)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise Misconfigured(str(error)) from error
    except httpx.HTTPError as error:
        raise NotNow(f"{type(error).__name__}: {error}") from error
    judge(answer.status_code, answer.text, answer.headers)
