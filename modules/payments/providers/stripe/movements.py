"""What moved at Stripe, by its list of events (https://docs.stripe.com/api/events/list), which goes back 30
days. A webhook may be lost; this list is asked for, and whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from modules.payments.policies import STRIPE
from modules.payments.providers import memory
from modules.payments.providers.port import Movement, MovementKind
from modules.payments.providers.stripe.amounts import from_stripe
from modules.payments.providers.stripe.client import asking, client
from modules.payments.providers.stripe.intents import OUR_KEY, had_been_held, intent_of
from tiffin.money import Money

Seen = tuple[MovementKind, str, str, Money]

PAGE = 100


def movements_between(since: datetime, until: datetime) -> Iterator[Movement]:
    """From `since` on and before `until`. Raises ProviderTimeout while it is read."""
    window: Any = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
    with asking("list events"):
        events = client().v1.events.list({"types": list(_READERS), "created": window, "limit": PAGE})
        for event in events.auto_paging_iter():
            seen = _READERS[event.type](event.data.to_dict())
            if seen is not None:
                kind, key, reference, amount = seen
                at = datetime.fromtimestamp(event.created, UTC)
                yield Movement(kind=kind, key=key, reference=reference, amount=amount, at=at)


def _held(data: dict[str, Any]) -> Seen | None:
    intent = data["object"]
    if not intent["amount_capturable"]:
        return None
    amount = from_stripe(intent["amount_capturable"], intent["currency"])
    return MovementKind.AUTHORISED, _key_of(memory.CHARGE, intent["id"]), intent["id"], amount


def _taken(data: dict[str, Any]) -> Seen | None:
    intent = data["object"]
    amount = from_stripe(intent["amount_received"], intent["currency"])
    return MovementKind.CAPTURED, _key_of(memory.CAPTURE, intent["id"]), intent["id"], amount


def _let_go(data: dict[str, Any]) -> Seen | None:
    """What had been held stands on the charge, which an event names only."""
    intent = data["object"]
    amount = had_been_held(intent_of(intent["id"])) if intent["latest_charge"] else None
    return (MovementKind.VOIDED, _key_of(memory.VOID, intent["id"]), intent["id"], amount) if amount else None


def _given_back(data: dict[str, Any]) -> Seen | None:
    """At once, or when a refund that was pending has succeeded. One that somebody made at Stripe has no key
    of ours, and yet is of a charge that may be."""
    refund, before = data["object"], data.get("previous_attributes")
    if refund["status"] != "succeeded" or (before is not None and "status" not in before):
        return None
    amount = from_stripe(refund["amount"], refund["currency"])
    key = (refund["metadata"] or {}).get(OUR_KEY) or _key_of(memory.CHARGE, refund["payment_intent"] or "")
    return MovementKind.REFUNDED, key, refund["id"], amount


def _taken_back(data: dict[str, Any]) -> Seen | None:
    return _disputed(MovementKind.CHARGED_BACK, data["object"])


def _ours_again(data: dict[str, Any]) -> Seen | None:
    return _disputed(MovementKind.RECOVERED, data["object"])


def _disputed(kind: MovementKind, dispute: dict[str, Any]) -> Seen:
    amount = from_stripe(dispute["amount"], dispute["currency"])
    return kind, _key_of(memory.CHARGE, dispute["payment_intent"] or ""), dispute["id"], amount


_READERS: dict[str, Callable[[dict[str, Any]], Seen | None]] = {
    "payment_intent.amount_capturable_updated": _held,
    "payment_intent.succeeded": _taken,
    "payment_intent.canceled": _let_go,
    "refund.created": _given_back,
    "refund.updated": _given_back,
    "charge.dispute.funds_withdrawn": _taken_back,
    "charge.dispute.funds_reinstated": _ours_again,
}


def _key_of(kind: str, intent: str) -> str:
    """The key under which we asked for it; that of the charge for what came about by itself."""
    charge = memory.charge_of(provider=STRIPE, reference=intent)
    return (memory.key_of(kind=kind, charge=charge) or charge) if charge else ""
