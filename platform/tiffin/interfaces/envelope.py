"""What travels: a call and its reply, the same bytes within a process and between two."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

import msgspec

from tiffin.context import Actor
from tiffin.dto import DTO


class Envelope(DTO, omit_defaults=True):
    """One call. `remaining_seconds` is how long the caller still waits; `payload` holds the arguments."""

    interface: str
    method: str
    payload: bytes
    caller: str
    actor: Actor
    correlation: UUID
    remaining_seconds: float
    key: str | None = None
    region: str | None = None
    causation: UUID | None = None


class Outcome(Enum):
    """How a call ended. The first two are final for a command's key; the others are never kept."""

    ANSWER = "answer"
    REFUSAL = "refusal"
    UNAVAILABLE = "unavailable"
    FAULT = "fault"


class Reply(DTO, omit_defaults=True):
    """`payload` holds the answer, or the data of the refusal named `code`; `reason` is for operators."""

    outcome: Outcome
    payload: bytes = b""
    code: str = ""
    reason: str = ""
    maybe_executed: bool = False


_encoder = msgspec.msgpack.Encoder()
_envelopes = msgspec.msgpack.Decoder(Envelope)
_replies = msgspec.msgpack.Decoder(Reply)

encode = _encoder.encode
decode_envelope = _envelopes.decode
decode_reply = _replies.decode
