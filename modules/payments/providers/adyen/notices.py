"""Adyen's notifications: whether one is Adyen's, what it is about, and what it proves.
https://docs.adyen.com/development-resources/webhooks"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from Adyen.util import is_valid_hmac_notification
from django.conf import settings
from django.utils.dateparse import parse_datetime

from modules.payments.models import ProviderReport
from modules.payments.policies import ADYEN
from modules.payments.providers import memory
from modules.payments.providers.adyen.amounts import NotExpressible, from_adyen
from modules.payments.providers.adyen.disputes import KINDS as ABOUT_DISPUTES
from modules.payments.providers.adyen.reports import AUTHORISATION, CAPTURE_FAILED, REFUND_FAILED, event_of
from modules.payments.providers.notices import NotAuthentic, Notice, text_of

Item = dict[str, Any]
CURRENCY = 3
MOST = 2**53  # what JSON tells exactly
# Anybody may send a batch, and each notification of it costs a row.
MOST_AT_ONCE = 100


def split(body: bytes) -> Sequence[bytes]:
    """Each notification of a batch by itself, without what stood around it; what came alone, is too many at
    once, or cannot be read, as it came."""
    try:
        items = json.loads(body)["notificationItems"]
        if isinstance(items, list) and 1 < len(items) <= MOST_AT_ONCE:
            return tuple(json.dumps({"notificationItems": [item]}).encode() for item in items)
    except (ValueError, RecursionError, TypeError, KeyError):
        pass
    return (body,)


def verify(body: bytes, signature: str, *, of_any_age: bool = False) -> None:
    """Raises NotAuthentic unless one of our keys signed it, for our merchant account. It stays Adyen's at any
    age: its date is not signed, it is sent again for 30 days, and told twice it counts once."""
    item = _item(body)
    if not any(_signed_with(key, item) for key in settings.TIFFIN_ADYEN_HMAC_KEYS):
        raise NotAuthentic("signature_invalid")
    if item["merchantAccountCode"] != settings.TIFFIN_ADYEN_MERCHANT_ACCOUNT:
        raise NotAuthentic("another_merchant_account")


def _signed_with(key: str, item: Item) -> bool:
    try:
        return bool(is_valid_hmac_notification(item, key))
    except (ValueError, TypeError, KeyError):  # a signature that is none
        return False


def read(body: bytes) -> Notice:
    """What it says it is about. Raises NotAuthentic."""
    item = _item(body)
    return Notice(
        event_id=_event(item),
        kind=item["eventCode"],
        charge=text_of(item, "merchantReference", 80),
        reference=text_of(item, "originalReference", 80) or item["pspReference"],
    )


def is_about_dispute(kind: str) -> bool:
    return kind in ABOUT_DISPUTES


def is_about_card(kind: str) -> bool:
    return False  # no cards are kept there


def is_about_failure(kind: str) -> bool:
    return kind in {CAPTURE_FAILED, REFUND_FAILED}


def learn(body: bytes) -> None:
    """Write down what a notification that was verified says. What is no amount of ours says nothing."""
    item = _item(body)
    key, original = text_of(item, "merchantReference", 80), text_of(item, "originalReference", 80)
    charge = _charge_of(key, original or item["pspReference"])
    try:
        amount = from_adyen(item["amount"]["value"], item["amount"]["currency"])
    except NotExpressible:
        return
    succeeded = item["success"] == "true"
    if charge and charge == key and item["eventCode"] == AUTHORISATION and succeeded:
        memory.learn(key, item["pspReference"])
    memory.report(
        ProviderReport(
            provider=ADYEN,
            event=_event(item),
            kind=item["eventCode"],
            succeeded=succeeded,
            reference=item["pspReference"],
            charge=charge,
            key=key,
            amount=amount.amount,
            currency=amount.currency,
            reason=_reason_of(item),
            answer_by=_answer_by(item),
        )
    )


def _event(item: Item) -> str:
    return event_of(item["pspReference"], item["eventCode"], succeeded=item["success"] == "true")


def _charge_of(key: str, reference: str) -> str:
    """By Adyen's name, which we wrote down ourselves; else by the key that it says, if we asked under it."""
    known = memory.charge_of(provider=ADYEN, reference=reference)
    if known:
        return known
    operation = memory.known(key)
    return operation.charge if operation and operation.provider == ADYEN else ""


def _reason_of(item: Item) -> str:
    """The code of a dispute. Why a bank declines a card, or anything else fails, is told in free words, which
    are not to reach customers."""
    if item["eventCode"] in ABOUT_DISPUTES:
        return text_of(item.get("additionalData"), "chargebackReasonCode", 64)
    if item["success"] == "true":
        return ""
    return (
        "card_declined" if item["eventCode"] == AUTHORISATION else f"{item['eventCode'].lower()}_refused"[:64]
    )


def _answer_by(item: Item) -> datetime | None:
    try:
        found = parse_datetime(text_of(item.get("additionalData"), "defensePeriodEndsAt", 64))
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _item(body: bytes) -> Item:
    """The one notification in it, of a shape in which what is signed can be read in one way only: fields are
    signed with colons between them. Raises NotAuthentic."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAuthentic("not_json") from None
    try:
        (wrapped,) = read["notificationItems"]
        item = wrapped["NotificationRequestItem"]
        amount, signature = item["amount"], item["additionalData"]["hmacSignature"]
    except (TypeError, KeyError, ValueError):
        raise NotAuthentic("not_an_event") from None
    plain = ("pspReference", "merchantAccountCode", "eventCode")
    texts = [text_of(item, name, 80) for name in plain]
    original, merchant = item.get("originalReference", ""), item.get("merchantReference", "")
    is_whole = (
        all(texts)
        and not any(":" in text for text in texts)
        and original == text_of(item, "originalReference", 80)
        and ":" not in original
        and merchant == text_of(item, "merchantReference", 80)
        and item.get("success") in ("true", "false")
        and isinstance(amount, dict)
        and type(amount.get("value")) is int
        and 0 <= amount["value"] <= MOST
        and len(text_of(amount, "currency", CURRENCY)) == CURRENCY
        and amount["currency"].isalpha()
        and isinstance(signature, str)
        and signature.isascii()
    )
    if not is_whole:
        raise NotAuthentic("not_an_event")
    return dict(item)
