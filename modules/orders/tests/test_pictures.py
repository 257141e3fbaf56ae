"""What a photo is is read from its bytes, and what it says of place and time is not kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.orders.pictures import JPEG, PNG, WEBP, NoPicture, read_picture
from modules.orders.tests import photos

KINDS = {JPEG: photos.jpeg(), PNG: photos.png(), WEBP: photos.webp()}
by_kind = pytest.mark.parametrize(("kind", "content"), KINDS.items())


@by_kind
def test_what_it_says_besides_is_left_out(kind: str, content: bytes) -> None:
    assert content.count(photos.PLACE) >= 2
    picture = read_picture(content)
    assert picture.media_type == kind
    assert photos.PLACE not in picture.content
    assert read_picture(picture.content) == picture


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_a_photo_stays_turned_as_it_was(orientation: int, order: str) -> None:
    kept = read_picture(photos.jpeg(orientation=orientation, order=order)).content
    assert kept.count(b"Exif\0\0") == 1
    at = kept.index(b"Exif\0\0") + 6
    assert kept[at : at + 8] == b"MM\0*\0\0\0\x08"
    assert kept[at + 8 : at + 20] == b"\0\x01\x01\x12\0\x03\0\0\0\x01" + bytes([0, orientation])


def test_what_is_drawn_is_all_there() -> None:
    kept = read_picture(photos.jpeg()).content
    assert kept.startswith(b"\xff\xd8\xff\xe0")
    assert kept.endswith(b"\xff\0\xff\xd0\x12\xff\xd9")
    assert [kept.count(bytes([0xFF, marker])) for marker in (0xDB, 0xC2, 0xDA, 0xC4)] == [1, 1, 2, 1]
    webp = read_picture(photos.webp()).content
    assert webp[20] == 0  # VP8X says no more that there is Exif or XMP
    assert len(webp) == 8 + int.from_bytes(webp[4:8], "little")


@by_kind
def test_what_is_broken_off_is_refused_wherever_it_breaks(kind: str, content: bytes) -> None:
    whole = len(content) - len(photos.PLACE)
    for end in range(whole - 1):
        with pytest.raises(NoPicture):
            read_picture(content[:end])


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a" + bytes(20), b"<svg onload='alert(1)'/>", b"%PDF-1.7", photos.webp(flags=0x02)],
)
def test_other_things_are_refused(content: bytes) -> None:
    with pytest.raises(NoPicture):
        read_picture(content)


@given(st.sampled_from(sorted(KINDS.values())), st.integers(0, 400), st.binary(max_size=8))
def test_no_bytes_break_the_reader(content: bytes, at: int, other: bytes) -> None:
    at = min(at, len(content))
    try:
        picture = read_picture(content[:at] + other + content[at + len(other) :])
    except NoPicture:
        return
    assert picture.media_type in KINDS
