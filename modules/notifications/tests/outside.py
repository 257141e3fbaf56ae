"""The world outside: a server that browsers' push services and customers' systems stand for, on loopback.

It answers as RFC 8030 (push) and Standard Webhooks 1.0 say that theirs do: 201 with a Location, 410 for what
is gone.
"""

from __future__ import annotations

import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Heard(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


class World:
    """`answers` are the statuses given one after the other; the last one stays."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: list[int] = [201]
        self.url = ""

    def status(self) -> int:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def listening() -> Iterator[World]:
    world = World()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            world.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status = world.status()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/inside")
            elif status == 201:
                self.send_header("Location", f"https://push.example/m/{len(world.heard)}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    world.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()


class UserAgent:
    """A browser: it makes the keys, and opens what comes (RFC 8291 §3.4)."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.auth = b"sixteen bytes!!!"

    @property
    def keys(self) -> dict[str, str]:
        return {
            name: urlsafe_b64encode(value).rstrip(b"=").decode()
            for name, value in (("p256dh", self.point), ("auth", self.auth))
        }

    def open(self, body: bytes) -> bytes:
        salt, key_length = body[:16], body[20]
        server_point, sealed = body[21 : 21 + key_length], body[21 + key_length :]
        server_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), server_point)
        shared = self.private.exchange(ec.ECDH(), server_key)
        info = b"WebPush: info\x00" + self.point + server_point
        secret = _derive(shared, self.auth, info, 32)
        key = _derive(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derive(secret, salt, b"Content-Encoding: nonce\x00", 12)
        return AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00").removesuffix(b"\x02")


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
