"""The world outside: a server that browsers' push services and customers' systems stand for, on loopback.

It answers as RFC 8030 (push) and Standard Webhooks 1.0 say that theirs do: 201 with a Location, 410 for what
is gone. And a mail server, which speaks as much of RFC 5321 as a client needs.
"""

from __future__ import annotations

import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from modules.notifications.interface import PushSubscription


class Heard(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


class World:
    """`answers` are the statuses given one after the other; the last one stays. Each is given after `pause`
    seconds."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: list[int] = [201]
        self.url = ""
        self.pause = 0.0

    def status(self) -> int:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class MailServer:
    """`breaks_after` so many e-mails of one connection it says 421 and hangs up (RFC 5321 §3.8)."""

    def __init__(self) -> None:
        self.connections = 0
        self.mails: list[bytes] = []
        self.breaks_after = 1000
        self.port = 0


@contextmanager
def taking_mail() -> Iterator[MailServer]:
    server = MailServer()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            server.connections += 1
            taken = 0
            self.say("220 mail.example")
            for line in self.rfile:
                verb = line[:4].upper().strip()
                if verb == b"DATA":
                    self.say("354 go on")
                    server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    taken += 1
                elif verb == b"MAIL" and taken == server.breaks_after:
                    self.say("421 mail.example is closing")
                    return
                self.say("221 bye" if verb == b"QUIT" else "250 OK")
                if verb == b"QUIT":
                    return

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as listener:
        server.port = listener.server_address[1]
        threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server
        finally:
            listener.shutdown()


@contextmanager
def listening() -> Iterator[World]:
    world = World()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            world.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            time.sleep(world.pause)
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
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
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

    def subscription(self, endpoint: str) -> PushSubscription:
        return PushSubscription(endpoint=endpoint, **self.keys)

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
