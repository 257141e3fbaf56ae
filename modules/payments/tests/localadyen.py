"""Adyen for tests: its Checkout API and its notifications, on a socket of this machine.

It follows Adyen's documents, Checkout API v72 and notifications (Webhooks v1):

- docs.adyen.com/api-explorer/Checkout/72: /payments, /payments/details, /cancels, and captures, cancels and
  refunds of /payments/{pspReference}; a modification is answered 201 with `status: received`.
- docs.adyen.com/development-resources/api-idempotency: the first answer under a key comes again.
- docs.adyen.com/development-resources/refusal-reasons: a refusal is a 200 with `refusalReasonCode`.
- docs.adyen.com/development-resources/test-cards-and-credentials/test-card-numbers: card data behind `test_`.
- docs.adyen.com/development-resources/testing/result-codes: the holder's name that is declined.
- docs.adyen.com/online-payments/3d-secure/redirect-3ds2: `action` leads to a page, and back with a
  `redirectResult`.
- docs.adyen.com/online-payments/capture, /cancel, /refund: which notification says how each ended.
- docs.adyen.com/development-resources/webhooks: what a notification is like; the SDK signs it.

Unconfirmed: that a modification's notification has the modification's reference as `merchantReference`; that
a technical cancel of what nobody knows is answered `received` and then told as `success: false`; the code of
what may not be captured or refunded (here 422, errorCode 167); errorCode 704 and `transient-error` of what is
in progress. It also loses requests and answers, as lines do.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, ClassVar

from Adyen.util import generate_notification_sig
from django.db import connections
from django.test import Client

from modules.payments.providers.adyen.cards import ASKS_ITS_OWNER, DECLINED
from tiffin import clock
from tiffin.embedded.ports import LOOPBACK

HMAC_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
API_KEY, MERCHANT_ACCOUNT = "AQE_of_the_tests", "TiffinTests"
WEBHOOK = "/api/v1/webhooks/adyen"
TOO_LATE = (422, {"status": 422, "errorCode": "167", "message": "Original pspReference required"})
OPEN, AUTHORISED, REFUSED, CANCELLED = "open", "authorised", "refused", "cancelled"


class LocalAdyen:
    """What Adyen knows. It notifies at once, even before it answers, unless a test holds its letters back."""

    current: ClassVar[LocalAdyen]

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer((LOOPBACK, 0), type("Front", (_Front,), {"adyen": self}))
        self.server.daemon_threads = True
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        self.address = f"http://{LOOPBACK}:{self.server.server_port}"
        self.payments: list[dict[str, Any]] = []
        self.answers: dict[str, tuple[int, dict[str, Any]]] = {}
        self.faults: deque[tuple[str, str]] = deque()
        self.calls: list[str] = []
        self.letters: list[dict[str, Any]] = []
        self.refusal = "2"  # the refusalReasonCode of a card that is declined
        self.holds_back = False
        self.meanwhiles: dict[str, Callable[[], object]] = {}
        self.fails: set[str] = set()
        self._numbers = count(1)
        LocalAdyen.current = self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    # What a test does -------------------------------------------------------------------------------------

    def lose(self, what: str, *, of: str) -> None:
        """Lose the next `request` or `answer` (or answer it 500: `error`) of a POST whose path ends so."""
        self.faults.append((what, of))

    def fault_for(self, path: str) -> str:
        return self.faults.popleft()[0] if self.faults and path.endswith(self.faults[0][1]) else ""

    def meanwhile(self, happens: Callable[[], object], *, of: str) -> None:
        """Have it happen while the answer to the next POST whose path ends so is on its way."""
        self.meanwhiles[of] = happens

    def let_it_happen(self, path: str) -> None:
        for of in [of for of in self.meanwhiles if path.endswith(of)]:
            self.meanwhiles.pop(of)()
            connections.close_all()  # those of this thread

    def answer_action(self, page: str, *, approved: bool) -> str:
        """On the page to which the customer was sent; what its address on the way back has as
        `redirectResult`."""
        return f"{page.rpartition('/')[2]}!{'yes' if approved else 'no'}"

    def of(self, reference: str) -> list[dict[str, Any]]:
        return [each for each in self.payments if each["reference"] == reference]

    def notify(self, kind: str, payment: dict[str, Any], **said: Any) -> dict[str, Any]:
        """A notification as https://docs.adyen.com/development-resources/webhooks/webhook-types has it."""
        item = {
            "additionalData": said.pop("more", {}),
            "amount": {"currency": "GBP", "value": payment["amount"]},
            "eventCode": kind,
            "eventDate": clock.now().isoformat(timespec="seconds"),
            "merchantAccountCode": MERCHANT_ACCOUNT,
            "merchantReference": payment["reference"],
            "originalReference": payment["psp"],
            "pspReference": self.name(),
            "reason": "",
            "success": "true",
            **said,
        }
        letter = signed(item)
        self.letters.append(letter)
        if not self.holds_back:
            deliver(letter)
            connections.close_all()  # of this thread, where it is the server's
        return letter

    def name(self) -> str:
        """As Adyen names things: sixteen capitals and digits."""
        return f"TIFFIN{next(self._numbers):010}"

    # What it does -----------------------------------------------------------------------------------------

    def pay(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if wanted["additionalData"]["manualCapture"] != "true" or wanted["amount"]["currency"] != "GBP":
            return 422, {"status": 422, "errorCode": "100", "message": "No amount specified"}
        card = wanted["paymentMethod"]
        payment = {
            "psp": self.name(),
            "reference": wanted["reference"],
            "amount": wanted["amount"]["value"],
            "state": OPEN,
            "captured": 0,
            "refunded": 0,
            "back": wanted["returnUrl"],
        }
        self.payments.append(payment)
        if card["encryptedCardNumber"] == f"test_{ASKS_ITS_OWNER}":
            page = {"type": "redirect", "method": "GET", "url": f"{self.address}/3ds/{payment['psp']}"}
            return 200, {"resultCode": "RedirectShopper", "action": page}
        return self._decide(payment, refusal=self.refusal if card["holderName"] == DECLINED else "")

    def details(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        name, _, answer = wanted["details"]["redirectResult"].partition("!")
        found = [each for each in self.payments if each["psp"] == name and each["state"] == OPEN]
        if not found:
            return 422, {"status": 422, "errorCode": "101", "message": "Invalid redirectResult"}
        return self._decide(found[0], refusal="" if answer == "yes" else "11")

    def _decide(self, payment: dict[str, Any], *, refusal: str) -> tuple[int, dict[str, Any]]:
        payment["state"] = REFUSED if refusal else AUTHORISED
        self.notify(
            "AUTHORISATION",
            payment,
            pspReference=payment["psp"],
            originalReference="",
            success="false" if refusal else "true",
            reason="Refused" if refusal else "",
        )
        answer = {
            "pspReference": payment["psp"],
            "merchantReference": payment["reference"],
            "amount": {"currency": "GBP", "value": payment["amount"]},
            "resultCode": "Refused" if refusal else "Authorised",
        }
        return 200, {**answer, "refusalReasonCode": refusal} if refusal else answer

    def modify(self, path: str, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == "/cancels":
            return self._cancel_unnamed(wanted)
        _, _, name, what = path.split("/")
        found = [each for each in self.payments if each["psp"] == name]
        if not found:
            return TOO_LATE
        payment, amount = found[0], wanted.get("amount", {}).get("value", 0)
        is_fine = {
            "captures": payment["state"] == AUTHORISED
            and not payment["captured"]
            and amount <= payment["amount"],
            "refunds": amount <= payment["captured"] - payment["refunded"],
            "cancels": payment["state"] == AUTHORISED and not payment["captured"],
        }[what] and what not in self.fails
        if is_fine:
            self._change(what, payment, amount)
        kind = {"captures": "CAPTURE", "refunds": "REFUND", "cancels": "CANCELLATION"}[what]
        return self._received(kind, payment, wanted, amount=amount, is_fine=is_fine)

    def _cancel_unnamed(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        found = [each for each in self.of(wanted["paymentReference"]) if each["state"] == AUTHORISED]
        is_fine = bool(found) and not found[0]["captured"]
        if is_fine:
            self._change("cancels", found[0], 0)
        payment = found[0] if found else {"psp": "", "reference": wanted["paymentReference"], "amount": 0}
        return self._received("TECHNICAL_CANCEL", payment, wanted, amount=0, is_fine=is_fine)

    def _change(self, what: str, payment: dict[str, Any], amount: int) -> None:
        match what:
            case "captures":
                payment["captured"] = amount
            case "refunds":
                payment["refunded"] += amount
            case "cancels":
                payment["state"] = CANCELLED

    def _received(
        self, kind: str, payment: dict[str, Any], wanted: dict[str, Any], *, amount: int, is_fine: bool
    ) -> tuple[int, dict[str, Any]]:
        name = self.name()
        self.notify(
            kind,
            payment,
            pspReference=name,
            merchantReference=wanted["reference"],
            amount={"currency": "GBP", "value": amount},
            success=str(is_fine).lower(),
            reason="" if is_fine else "Transaction can not be modified",
        )
        return 201, {"pspReference": name, "status": "received", "reference": wanted["reference"]}


def signed(item: dict[str, Any], key: str = HMAC_KEY) -> dict[str, Any]:
    """One in a batch, as it is sent in JSON."""
    plain = {name: value for name, value in item.items() if name != "additionalData"}
    signature = generate_notification_sig(plain, key).decode()
    more = {**item.get("additionalData", {}), "hmacSignature": signature}
    whole = {**item, "additionalData": more}
    return {"live": "false", "notificationItems": [{"NotificationRequestItem": whole}]}


def deliver(letter: dict[str, Any] | bytes) -> Any:
    body = letter if isinstance(letter, bytes) else json.dumps(letter)
    return Client().post(WEBHOOK, body, content_type="application/json")


class _Front(BaseHTTPRequestHandler):
    adyen: LocalAdyen
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fault = self.adyen.fault_for(self.path)
        self.adyen.calls.append(self.path)
        if fault == "request":
            self.close_connection = True
            return
        status, content = self._once(wanted) if fault != "error" else (500, {"status": 500})
        self.adyen.let_it_happen(self.path)
        if fault == "answer":
            self.close_connection = True
        else:
            self._answer(status, content)

    def _once(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        key = self.headers["Idempotency-Key"]
        if self.headers["x-api-key"] != API_KEY or len(key) > 64:
            return 401, {"status": 401, "errorCode": "000", "message": "Invalid credentials"}
        if key not in self.adyen.answers:
            match self.path:
                case "/payments":
                    answer = self.adyen.pay(wanted)
                case "/payments/details":
                    answer = self.adyen.details(wanted)
                case path:
                    answer = self.adyen.modify(path, wanted)
            self.adyen.answers[key] = answer
        return self.adyen.answers[key]

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if content.get("errorCode") == "704":
            self.send_header("transient-error", "true")
        self.end_headers()
        with suppress(BrokenPipeError):  # nobody waits for it any more
            self.wfile.write(body)
