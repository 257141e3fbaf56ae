"""Signed webhooks, as Standard Webhooks (standardwebhooks.com, specification 1.0.0) has them.

Headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, the last with one signature for each secret
that is good, HMAC-SHA256 over `id.timestamp.body`. Taken is what is answered with 2xx; 410 says that nobody
wants it any more.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec
from standardwebhooks import Webhook

from modules.restaurants.channels.port import ANSWER_CHARACTERS, Answer, Destination, Message
from tiffin import clock, outside

AGENT = "Tiffin-Webhooks/1"


class WebhookChannel:
    """Posts each message, signed, to the vendor's address."""

    def send(self, destination: Destination, message: Message) -> Answer:
        body = msgspec.json.encode(document(message))
        headers = {
            "content-type": "application/json",
            "user-agent": AGENT,
            **signed(str(message.id), body, destination.secrets),
        }
        began = time.monotonic()
        try:
            posted = outside.post(destination.url, headers=headers, body=body)
        except (outside.AddressRefused, outside.NoAnswer) as error:
            return _nothing(str(error), began)
        return Answer(
            taken=200 <= posted.status < 300,
            status=posted.status,
            milliseconds=_since(began),
            text=posted.text[:ANSWER_CHARACTERS],
            gone=posted.status == 410,
        )

    def problem_with(self, url: str, settings: Mapping[str, Any]) -> str | None:
        return outside.problem_with(url)


def document(message: Message) -> dict[str, Any]:
    """The event as vendors read it, in the feed too: `type`, `timestamp` and `data`, as the specification
    has it."""
    return {
        "id": str(message.id),
        "type": message.kind,
        "timestamp": message.at.isoformat(),
        "data": {
            "restaurant_id": message.restaurant_id,
            "step": message.step,
            **message.facts,
            "order": msgspec.to_builtins(message.order) if message.order else None,
        },
    }


def signed(message_id: str, body: bytes, secrets: tuple[bytes, ...]) -> dict[str, str]:
    """The three headers of the specification."""
    now = clock.now()
    signatures = [
        Webhook(secret).sign(msg_id=message_id, timestamp=now, data=body.decode()) for secret in secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _nothing(text: str, began: float) -> Answer:
    return Answer(taken=False, milliseconds=_since(began), text=text[:ANSWER_CHARACTERS])


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
