"""Photos as cameras and programs make them, small: the structures of T.81, Exif, PNG and RFC 9649."""

from __future__ import annotations

import struct
import zlib

PLACE = b"51.5137,-0.1312"  # where it was taken, as the tests look for it


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(*, orientation: int = 6, order: str = "<") -> bytes:
    """Orientation, and a description that says the place."""
    entries = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    entries += struct.pack(f"{order}HHII", 0x010E, 2, len(PLACE), 38)
    mark = b"II" if order == "<" else b"MM"
    head = mark + struct.pack(f"{order}HI", 42, 8) + struct.pack(f"{order}H", 2)
    return b"Exif\0\0" + head + entries + b"\0\0\0\0" + PLACE


def jpeg(*, orientation: int = 6, order: str = "<", colour: int = 0) -> bytes:
    scan = _segment(0xDA, b"\x01\x01\0\0\x3f\0") + bytes([colour]) + b"\xff\0\xff\xd0\x12"
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
            _segment(0xE1, exif(orientation=orientation, order=order)),
            _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE),
            _segment(0xED, b"Photoshop 3.0\0" + PLACE),
            _segment(0xFE, PLACE),
            _segment(0xDB, bytes(65)),
            _segment(0xC2, b"\x08\0\x01\0\x01\x01\x01\x11\0"),
            scan,
            _segment(0xC4, bytes(20)),
            scan,
            b"\xff\xd9",
            PLACE,
        )
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*, colour: int = 0) -> bytes:
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
            _chunk(b"tEXt", b"Comment\0" + PLACE),
            _chunk(b"eXIf", exif()[6:]),
            _chunk(b"IDAT", zlib.compress(bytes([0, colour]))),
            _chunk(b"IEND", b""),
            PLACE,
        )
    )


def _piece(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def webp(*, flags: int = 0x0C) -> bytes:
    body = b"".join(
        (
            b"WEBP",
            _piece(b"VP8X", bytes([flags]) + bytes(9)),
            _piece(b"VP8L", b"\x2f\0\0\0\0"),
            _piece(b"EXIF", exif()),
            _piece(b"XMP ", PLACE),
        )
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body + PLACE
