"""Webhooks as Standard Webhooks 1.0 says: id, time and signature in headers, the facts in JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from standardwebhooks import Webhook as Signer

from modules.notifications.channels.outcomes import Gone, NotNow, Refused, Unreachable
from modules.notifications.models import Webhook
from tiffin import clock, outside

_GONE = 410
_LATER = frozenset({408, 425, 429})


def send(webhook: Webhook, *, message_id: UUID, kind: str, at: datetime, facts: dict[str, Any]) -> str:
    """Post it. The receiver knows a repeat by its id. Raises NotNow, Unreachable, Refused, and
    Gone for 410."""
    body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": facts}, ensure_ascii=False)
    now, name = clock.now(), f"msg_{message_id.hex}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(webhook.secret).sign(name, now, body),
    }
    try:
        answer = outside.post(webhook.url, body=body.encode(), headers=headers)
    except outside.AddressRefused as error:
        raise Refused(str(error)) from None
    except outside.NoAnswer as error:
        raise Unreachable(str(error)) from None
    if answer.status == _GONE:
        raise Gone("the receiver says 410")
    if answer.status in _LATER or answer.status >= 500 or 300 <= answer.status < 400:
        raise NotNow(f"the receiver says {answer.status}")
    if answer.status >= 400:
        raise NotNow(f"the receiver says {answer.status}: {answer.text[:200]}")
    return name
