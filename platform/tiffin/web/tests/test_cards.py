"""What looks like a card's number is seen, and nothing else is taken for one."""

from __future__ import annotations

import json
from io import BytesIO
from uuid import uuid4

import pytest
from django.http import HttpResponse
from hypothesis import given
from hypothesis import strategies as st

from tiffin.web.cards import CardDataRefused, holds_card_number

# docs.stripe.com/testing: test cards by brand.
CARDS = [
    "4242424242424242",
    "4000056655665556",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "6011111111111117",
    "3056930009020004",
    "36227206271667",
    "3566002020360505",
    "6200000000000005",
    "6205500000000000004",
]


@pytest.mark.parametrize("card", CARDS)
def test_a_card_is_seen_wherever_it_stands(card):
    fours = " ".join(card[start : start + 4] for start in range(0, len(card), 4))
    for written in (card, f"my card {card}.", json.dumps({"a": [{"b": card}]}), json.dumps({"a": int(card)})):
        assert holds_card_number(written.encode()), written
    if len(card) == 16:
        assert holds_card_number(fours.encode())
        assert holds_card_number(fours.replace(" ", "-").encode())


def test_some_are_written_in_groups_of_their_own():
    assert holds_card_number(b"3782 822463 10005")
    assert holds_card_number(b"3622-720627-1667")


@pytest.mark.parametrize("other", [
    "4242424242424241",  # its check digit is wrong
    "1234567812345670",  # no scheme begins so
    "+4242424242424242",  # a telephone number
    "pi_4242424242424242",
    "4242424242424242abc",
    "42424242424242424242",
    "0.4242424242424242",
    "4242 42424242 4242",
    "4000000000006",  # thirteen digits: a bar code
    "1764125733000000",
])  # fmt: skip
def test_other_numbers_pass(other):
    assert not holds_card_number(other.encode())


@given(st.uuids())
def test_no_uuid_is_taken_for_a_card(value):
    assert not holds_card_number(str(value).encode())
    assert not holds_card_number(json.dumps({"id": str(value)}).encode())


def test_the_digits_of_a_uuid_are_none_either():
    """By chance a UUID holds nothing but digits, grouped otherwise than a card's."""
    assert not holds_card_number(b"42424242-4242-4242-8242-424242424242")
    assert not holds_card_number(uuid4().bytes.hex().encode())


def test_whoever_goes_away_while_sending_is_no_fault_of_ours(rf):
    class Gone(BytesIO):
        def read(self, *_):
            raise OSError("gone")

    request = rf.post("/anything", b"x", content_type="text/plain")
    request._stream = Gone()
    answer = CardDataRefused(lambda request: HttpResponse())(request)

    assert answer.status_code == 400


def test_what_is_too_large_for_a_form_is_left_to_its_view(rf, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    request = rf.post("/anything", b"4242424242424242", content_type="text/plain")

    assert CardDataRefused(lambda request: HttpResponse("read"))(request).content == b"read"
