"""What is sealed opens where it belongs, with the key it was sealed with, and nowhere else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from tiffin import ids
from tiffin.sealing import SealingKey, SealingKeyMissing

KEY = SealingKey("TIFFIN_VENDOR_KEY", purpose="tiffin tests")
ROW = UUID(int=7)


def test_what_is_sealed_opens_for_its_row_only() -> None:
    sealed = KEY.seal(b"whsec", row=ROW)
    assert b"whsec" not in sealed
    assert KEY.unseal(sealed, row=ROW) == b"whsec"
    with pytest.raises(InvalidTag):
        KEY.unseal(sealed, row=ids.new_id())


def test_sealing_twice_gives_different_bytes() -> None:
    assert KEY.seal(b"whsec", row=ROW) != KEY.seal(b"whsec", row=ROW)


def test_a_byte_that_was_changed_is_noticed() -> None:
    sealed = bytearray(KEY.seal(b"whsec", row=ROW))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        KEY.unseal(bytes(sealed), row=ROW)


def test_neither_another_purpose_nor_another_secret_opens_it(settings: Any) -> None:
    sealed = KEY.seal(b"whsec", row=ROW)
    with pytest.raises(InvalidTag):
        SealingKey("TIFFIN_VENDOR_KEY", purpose="another").unseal(sealed, row=ROW)
    settings.TIFFIN_VENDOR_KEY = "x" * 32
    with pytest.raises(InvalidTag):
        KEY.unseal(sealed, row=ROW)


def test_what_was_sealed_by_an_earlier_release_opens(settings: Any) -> None:
    """By the one that sealed vendors' secrets first: the format and the key stay as they are."""
    settings.TIFFIN_VENDOR_KEY = "0123456789abcdef0123456789abcdef"
    sealed = bytes.fromhex("01000102030405060708090a0b6d8e7b10b2c8abb0beaeba4212213fd85213d11393426ffd")
    assert SealingKey("TIFFIN_VENDOR_KEY", purpose="tiffin vendor key").unseal(sealed, row=ROW) == b"a secret"


@pytest.mark.parametrize("secret", ["", "short", " " * 40])
def test_without_a_secret_that_is_long_enough_nothing_is_sealed(settings: Any, secret: str) -> None:
    settings.TIFFIN_VENDOR_KEY = secret
    with pytest.raises(SealingKeyMissing, match="TIFFIN_VENDOR_KEY"):
        KEY.seal(b"whsec", row=ROW)
