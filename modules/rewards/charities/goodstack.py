"""Goodstack, which pays charities in our name: https://docs.goodstack.io/docs/api (v1, read 2026-11).

What its documents say: a direct donation is made by `POST /v1/donations`, with the secret key in the header
`Authorization` and an `Idempotency-Key` that is remembered for 21 days; the first request under it that
succeeds counts, and one that failed may be tried again. They ask for the payment of many donations together,
later. Errors are `{"error": {"code", "title", "message", "reasons"}}`.
Unconfirmed: whether one donation of many in a request for payment may be paid by a transfer of its own, and
which statuses but 400, 401 and 403 an answer may have.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx
from django.conf import settings

from modules.payments.interface import PartyKind, Payee
from modules.rewards.charities.port import Gift, Progress, ProviderSilent, Refusal, Standing
from tiffin import clock
from tiffin.money import Money

# To connect, and between two pieces of an answer.
TIMEOUT = httpx.Timeout(15.0, connect=3.0)
# Goodstack forgets a key after 21 days: from here on it is looked up what became of it.
KEY_IS_GOOD_FOR = timedelta(days=20)
PAGE = 100
# By these it says that a request is not one that it takes; 401 and 403 are about our key, and for staff.
_REFUSED = frozenset({400, 404, 422})
_NOT_OURS = frozenset({401, 403})
_REASON_LENGTH = 200

_PROGRESS = {
    "ACTIVE": Progress.ACCEPTED,
    "REQUESTED_PAYMENT": Progress.WANTS_PAYMENT,
    "RECEIVED_PAYMENT": Progress.HAS_PAYMENT,
    "DISBURSED": Progress.DISBURSED,
    "CANCELLED": Progress.CANCELLED,
}


class GoodstackMisled(RuntimeError):
    """Goodstack does not know our key, or speaks of something else than it was asked: staff must look."""


class Goodstack:
    """Fits CharityProvider. No donor is named: it is told of the sum of many."""

    tells = True

    def give(self, gift: Gift) -> Standing | Refusal:
        if clock.now() - gift.since > KEY_IS_GOOD_FOR:
            found = self._find(gift)
            if found is not None:
                return _standing(found, gift)
        wanted = {
            "amount": gift.amount.amount,
            "currencyCode": gift.amount.currency,
            "organisationId": gift.organisation,
            "anonymous": "yes",
            "metadata": {"batch": gift.key, "region": gift.region},
        }
        status, answer = _ask("POST", "/donations", key=gift.key, json=wanted)
        if status in _REFUSED:
            return Refusal(reason=_reason(answer, status))
        return _standing(_data(status, answer), gift)

    def look(self, reference: str) -> Standing:
        status, answer = _ask("GET", f"/donations/{reference}")
        return _standing(_data(status, answer))

    def payee(self, *, region: str, charity_id: UUID, charity: str) -> Payee:
        """Goodstack itself, which has an account for each region."""
        known = uuid5(NAMESPACE_URL, f"https://goodstack.io/{region}")
        return Payee(kind=PartyKind.PROVIDER, id=known, name="Goodstack")

    def _find(self, gift: Gift) -> dict[str, Any] | None:
        """The donation that was made under the gift's key, if there is one."""
        for donation in self._made_for(gift):
            if (donation.get("metadata") or {}).get("batch") == gift.key:
                return donation
        return None

    def _made_for(self, gift: Gift) -> Iterator[dict[str, Any]]:
        since = (gift.since - timedelta(days=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        asked = {"organisationId": gift.organisation, "startDate": since, "pageSize": str(PAGE)}
        while True:
            status, answer = _ask("GET", "/donations", params=asked)
            donations = _data(status, answer)
            yield from donations
            following = (answer.get("_links") or {}).get("next")
            if not following:
                return
            asked = {**asked, "cursor": httpx.URL(following).params["cursor"]}


def _ask(method: str, path: str, *, key: str = "", **more: Any) -> tuple[int, dict[str, Any]]:
    """The status, and the document that came. Raises ProviderSilent, GoodstackMisled."""
    if not settings.TIFFIN_GOODSTACK_SECRET_KEY:
        raise GoodstackMisled("TIFFIN_GOODSTACK_SECRET_KEY is not set")
    headers = {"Authorization": settings.TIFFIN_GOODSTACK_SECRET_KEY, "Accept": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    try:
        answer = httpx.request(
            method, f"{settings.TIFFIN_GOODSTACK_API}{path}", headers=headers, timeout=TIMEOUT, **more
        )
        content = answer.json() if answer.status_code not in _NOT_OURS else {}
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderSilent(f"{method} {path}: {type(error).__name__}") from error
    if answer.status_code in _NOT_OURS:
        raise GoodstackMisled(f"{method} {path}: status {answer.status_code}")
    if not isinstance(content, dict):
        raise ProviderSilent(f"{method} {path}: an answer that says nothing")
    return answer.status_code, content


def _data(status: int, answer: dict[str, Any]) -> Any:
    if status not in (200, 201) or "data" not in answer:
        raise ProviderSilent(f"status {status}")
    return answer["data"]


def _reason(answer: dict[str, Any], status: int) -> str:
    error = answer.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    reasons = error.get("reasons") if isinstance(error, dict) else None
    parts = [str(code or status), *(str(each) for each in reasons or ())]
    return ": ".join(parts)[:_REASON_LENGTH]


def _standing(data: Any, gift: Gift | None = None) -> Standing:
    """Raises GoodstackMisled for a donation that is not what was asked for, ProviderSilent for none."""
    try:
        progress, reference = _PROGRESS[data["status"]], str(data["id"])
        told = Money(amount=data["amount"], currency=data["currencyCode"]), data["organisationId"]
    except (KeyError, TypeError) as error:
        raise ProviderSilent("a donation that cannot be read") from error
    if gift is not None and told != (gift.amount, gift.organisation):
        raise GoodstackMisled(f"{reference} is {told[0]} for {told[1]}, and not {gift.amount}")
    return Standing(reference=reference, progress=progress)
