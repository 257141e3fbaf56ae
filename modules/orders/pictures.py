"""Photos that customers send: what they are is read from their bytes, and what they say besides is left out.

Only what is needed to draw the picture is copied: place, time, device and comments do not come along. Of a
JPEG's Exif data its orientation is kept, written anew. After ITU-T T.81 Annex B (JPEG), CIPA DC-008 4.6
(Exif), the W3C's Portable Network Graphics (Third Edition) 5 and 11, and RFC 9649 (WebP).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_DRAWN = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"cHRM",
        b"gAMA",
        b"iCCP",
        b"sBIT",
        b"sRGB",
        b"bKGD",
        b"pHYs",
    }
)
_WEBP_DRAWN = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"})
_WEBP_ANIMATED, _WEBP_TOLD = 0x02, 0x0C  # flags of VP8X: animation; Exif and XMP
_START, _END, _SCAN, _APP0, _APP15, _COMMENT = 0xD8, 0xD9, 0xDA, 0xE0, 0xEF, 0xFE
# What of an application's segments says how to draw: resolution, colours, and how they were turned.
_DRAWN_SEGMENTS = ((0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe"))
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112


class Picture(NamedTuple):
    """A picture without what it says besides."""

    media_type: str
    content: bytes


class NoPicture(ValueError):
    """These bytes are none of the pictures that are taken, or are broken off."""


def read_picture(content: bytes) -> Picture:
    """The JPEG, PNG or WebP that `content` is, whatever it is called. Raises NoPicture."""
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return Picture(JPEG, b"".join(_jpeg(content)))
        if content.startswith(_PNG_SIGNATURE):
            return Picture(PNG, b"".join(_png(content)))
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return Picture(WEBP, _webp(content))
    except (struct.error, IndexError):
        raise NoPicture("it is broken off") from None
    raise NoPicture("it is no JPEG, PNG or WebP")


def _jpeg(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at, scans = 2, 0
    while True:
        if content[at] != 0xFF:
            raise NoPicture("it is broken")
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == _END:
            if not scans:
                raise NoPicture("there is nothing in it")
            yield b"\xff\xd9"  # and nothing that comes after it
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise NoPicture("it is broken off")
        yield from _segment(marker, content[at:end])
        at = end
        if marker == _SCAN:
            scans += 1
            at = _end_of_scan(content, at)
            yield content[end:at]


def _segment(marker: int, segment: bytes) -> Iterator[bytes]:
    """What is kept of a segment with its marker and length."""
    body = segment[4:]
    if marker == 0xE1 and body.startswith(_EXIF):
        yield from _turned(body[len(_EXIF) :])
    elif not (_APP0 <= marker <= _APP15 or marker == _COMMENT) or any(
        marker == kept and body.startswith(name) for kept, name in _DRAWN_SEGMENTS
    ):
        yield segment


def _end_of_scan(content: bytes, at: int) -> int:
    """Coded data goes on until a marker that is neither a stuffed byte nor a restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise NoPicture("it is broken off")
        follows = content[at + 1]
        if follows != 0 and not 0xD0 <= follows <= 0xD7:
            return at
        at += 2


def _turned(tiff: bytes) -> Iterator[bytes]:
    """Exif data that says the orientation and nothing else, if these say one."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return
    (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, directory)
    for number in range(count):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, directory + 2 + 12 * number)
        if tag == _ORIENTATION and kind == 3 and 1 <= value <= 8:
            entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, value, 0)
            body = _EXIF + b"MM\0*\0\0\0\x08" + b"\0\x01" + entry + b"\0\0\0\0"
            yield b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
            return


def _png(content: bytes) -> Iterator[bytes]:
    yield _PNG_SIGNATURE
    seen: set[bytes] = set()
    at, name = len(_PNG_SIGNATURE), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content) or (not seen and name != b"IHDR"):
            raise NoPicture("it is broken off")
        seen.add(name)
        if name in _PNG_DRAWN:
            yield content[at:end]
        at = end
    if b"IDAT" not in seen:
        raise NoPicture("there is nothing in it")


def _webp(content: bytes) -> bytes:
    end = 8 + struct.unpack_from("<I", content, 4)[0]
    if end > len(content):
        raise NoPicture("it is broken off")
    at, kept, seen = 12, [], set()
    while at < end:
        name, length = struct.unpack_from("<4sI", content, at)
        after = at + 8 + length + length % 2
        if after > end:
            raise NoPicture("it is broken off")
        if name == b"VP8X" and content[at + 8] & _WEBP_ANIMATED:
            raise NoPicture("it moves")
        if name in _WEBP_DRAWN:
            seen.add(name)
            kept.append(_webp_chunk(name, content[at:after]))
        at = after
    if not seen & {b"VP8 ", b"VP8L"}:
        raise NoPicture("there is nothing in it")
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_chunk(name: bytes, chunk: bytes) -> bytes:
    if name != b"VP8X":
        return chunk
    return chunk[:8] + bytes([chunk[8] & ~_WEBP_TOLD]) + chunk[9:]
