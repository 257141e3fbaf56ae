"""Only deployables of this platform are believed, and only for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tiffin import clock
from tiffin.remote.signing import CLOCK_TOLERANCE_SECONDS, BadSignature, sign, verify

KEY, PATH, BODY = "k" * 32, "/internal/v1/call", b"\x01\x02"


def test_what_was_signed_is_accepted_as_it_was() -> None:
    verify(sign(PATH, BODY, key=KEY), PATH, BODY, key=KEY)


@pytest.mark.parametrize(
    ("path", "body", "key"),
    [
        ("/internal/v1/feed", BODY, KEY),
        (PATH, BODY + b"!", KEY),
        (PATH, BODY, "another key"),
        (PATH, BODY, ""),
    ],
)
def test_another_path_body_or_key_is_refused(path: str, body: bytes, key: str) -> None:
    with pytest.raises(BadSignature):
        verify(sign(PATH, BODY, key=KEY), path, body, key=key)


@pytest.mark.parametrize("signature", ["", "t=1", "t=1,v1=00", f"t=x,v1={'0' * 64}", f"t=1,v1={'0' * 64}"])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    with pytest.raises(BadSignature):
        verify(signature, PATH, BODY, key=KEY)


@pytest.mark.parametrize("away", [CLOCK_TOLERANCE_SECONDS + 5, -CLOCK_TOLERANCE_SECONDS - 5])
def test_a_signature_of_another_time_is_refused_and_the_clocks_are_named(away: int) -> None:
    signature = sign(PATH, BODY, key=KEY)
    with clock.shift(timedelta(seconds=away)), pytest.raises(BadSignature, match="clock"):
        verify(signature, PATH, BODY, key=KEY)


def test_without_a_key_nothing_is_signed() -> None:
    with pytest.raises(ValueError, match="TIFFIN_INTERNAL_KEY"):
        sign(PATH, BODY, key="")
