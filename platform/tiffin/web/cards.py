"""Nothing that looks like the number of a payment card comes past this door: it is refused before anything
reads, keeps or logs it. Cards go to the payment provider, and only a token of theirs comes here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from tiffin.web.answers import answer
from tiffin.web.idempotency import HEADER
from tiffin.web.middleware import Before
from tiffin.web.problems import Problem, problem_of

# Written together, or in groups as on the card. Between other characters it is part of something longer, and
# after a plus it is a telephone number.
_NUMBER = re.compile(
    rb"(?<![0-9A-Za-z_+.])"
    rb"(?:[2-6][0-9]{13,18}"
    rb"|[2-6][0-9]{3}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?"
    rb"|3[0-9]{3}([ -])[0-9]{6}\2[0-9]{4,5})"
    rb"(?![0-9A-Za-z_])"
)
# How the numbers of each scheme begin, and how long they are (ISO/IEC 7812; the schemes' own ranges).
_SCHEMES = re.compile(
    rb"4[0-9]{15}(?:[0-9]{3})?"  # Visa
    rb"|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"  # Mastercard
    rb"|3[47][0-9]{13}"  # American Express
    rb"|3(?:0[0-5]|[689][0-9])[0-9]{11}(?:[0-9]{2})?"  # Diners Club
    rb"|(?:6011|64[4-9][0-9]|65[0-9]{2}|62[0-9]{2})[0-9]{12}(?:[0-9]{3})?"  # Discover, UnionPay
    rb"|35(?:2[89]|[3-8][0-9])[0-9]{12}"  # JCB
)
_ESCAPED_DIGIT = re.compile(rb"\\u003([0-9])")
_FORM = "application/x-www-form-urlencoded"
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# What deployables and staff's uploads send is large, and is not what customers type.
_EXEMPT = ("/internal/", "/admin/")


def holds_card_number(data: bytes) -> bool:
    """Whether some number in `data` could be a card's: as long as one, of a scheme, and with its check digit
    right (Luhn)."""
    for found in _NUMBER.finditer(data):
        digits = found[0].translate(None, b" -")
        if _SCHEMES.fullmatch(digits) and _check_digit_is_right(digits):
            return True
    return False


def _check_digit_is_right(digits: bytes) -> bool:
    values = [digit - ord("0") for digit in reversed(digits)]
    doubled = [sum(divmod(2 * value, 10)) for value in values[1::2]]
    return (sum(values[::2]) + sum(doubled)) % 10 == 0


class CardDataRefused(Before):
    """Answers `card_data_refused` to a write that holds one in its body or its Idempotency-Key, except under
    `settings.TIFFIN_RAW_PREFIXES`, where a module looks itself at what outsiders sign."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        self.exempt = (*_EXEMPT, *getattr(settings, "TIFFIN_RAW_PREFIXES", ()))

    def before(self, request: HttpRequest) -> HttpResponse | None:
        if request.method not in _WRITES or request.path.startswith(self.exempt):
            return None
        try:
            refused = holds_card_number(_text_of(request))
        except UnreadablePostError as error:  # whoever sends it has gone
            return answer(problem_of(error), request)
        return answer(Problem("card_data_refused"), request) if refused else None


def _text_of(request: HttpRequest) -> bytes:
    """The body as its reader is going to understand it, and the key."""
    try:
        body = request.body
    except RequestDataTooBig:  # a document that is uploaded: its view reads it as a stream
        body = b""
    if request.content_type == _FORM:
        body = unquote_to_bytes(body.replace(b"+", b" "))
    elif b"\\u003" in body:
        body = _ESCAPED_DIGIT.sub(rb"\1", body)
    return request.headers.get(HEADER, "").encode() + b"\n" + body
