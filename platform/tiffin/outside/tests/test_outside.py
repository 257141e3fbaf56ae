"""Strangers' addresses: what is not posted to, and what little is waited for and read."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tiffin import outside


@contextmanager
def answering(*pieces: bytes, pause: float = 0) -> Iterator[tuple[str, list[bytes]]]:
    """A server on this machine that answers one request with these pieces; its URL, and what it heard."""
    heard: list[bytes] = []

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            heard.append(connection.recv(65_536))
            for piece in pieces:
                try:
                    connection.sendall(piece)
                except OSError:
                    return  # it was hung up on
                time.sleep(pause)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook", heard
        thread.join()


@pytest.fixture
def here(settings: Any) -> None:
    settings.TIFFIN_OUTSIDE_ALLOWS = ("127.0.0.1",)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://127.0.0.1/",
        "https://10.1.2.3/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://240.0.0.1/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[2002:a00:1::]/",
        "https://[2001:0:4136:e378:8000:63bf:f5ff:fffe]/",
        "https://[64:ff9b::a00:1]/",
        "https://localhost/",
        "https://db.internal/",
        "https://user:secret@example.com/",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://exa mple.com/",
        "https://example.com/ż",
        "https://example.com/" + "x" * 500,
        "https://",
        "nonsense",
    ],
)
def test_an_address_that_may_be_meant_to_do_harm_is_told_apart_before_anything_is_sent(url: str) -> None:
    assert outside.problem_with(url)
    with pytest.raises(outside.AddressRefused):
        outside.post(url, body=b"", headers={})


@pytest.mark.parametrize(
    "url",
    ["https://example.com/hook", "https://example.com:8443/", "https://1.1.1.1/", "https://[2606:4700::1]/"],
)
def test_a_public_address_is_one(url: str) -> None:
    assert outside.problem_with(url) is None


@pytest.mark.parametrize(
    "address",
    ["10.0.0.7", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "fe80::1%1", "::ffff:192.168.0.1",
     "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "64:ff9b::a00:1"],
)  # fmt: skip
def test_a_name_of_which_one_address_leads_inside_is_not_followed(monkeypatch: Any, address: str) -> None:
    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("1.1.1.1", address)]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with pytest.raises(outside.AddressRefused, match="not a public address"):
        outside.post("https://looks.example/", body=b"", headers={})


def test_what_was_judged_is_what_is_connected_to(monkeypatch: Any) -> None:
    """The name is looked up once: it cannot point elsewhere when the connection is made."""
    asked, connected = [], []

    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", port))]

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> Any:
        connected.append(address)
        raise ConnectionRefusedError("nobody is there")

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(outside.NoAnswer, match="nobody is there"):
        outside.post("https://looks.example/", body=b"", headers={})
    assert (asked, connected) == (["looks.example"], [("1.1.1.1", 443)])


@pytest.mark.parametrize("host", ["nobody.invalid", "a" * 64 + ".example"])
def test_a_name_that_is_nowhere_gives_no_answer(host: str) -> None:
    with pytest.raises(outside.NoAnswer):
        outside.post(f"https://{host}/", body=b"", headers={})


def test_it_arrives_as_it_was_given_and_a_redirect_is_an_answer_like_another(here: None) -> None:
    head = b"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/inside\r\nContent-Length: 4\r\n\r\n"
    with answering(head, b"no\x00!") as (url, heard):
        answer = outside.post(url, body=b"{}", headers={"content-type": "application/json"})
    assert answer == (307, b"no\x00!", "http://127.0.0.1:1/inside")
    assert answer.text == "no\ufffd!"
    port = url.removesuffix("/hook").rpartition(":")[2]
    lines = heard[0].lower().split(b"\r\n")
    assert lines[0] == b"post /hook http/1.1"
    assert {b"host: 127.0.0.1:" + port.encode(), b"content-length: 2", b"content-type: application/json"} <= {
        *lines
    }


def test_of_a_long_answer_the_beginning_is_read(here: None) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n", b"x" * 9_000_000) as (url, _):
        assert outside.post(url, body=b"", headers={}).body == b"x" * outside.ANSWER_BYTES


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"])
def test_whoever_drips_gets_no_more_than_the_time_there_is(here: None, monkeypatch: Any, head: bytes) -> None:
    monkeypatch.setattr(outside, "SECONDS", 0.3)
    began = time.monotonic()
    with answering(head, *[b"H"] * 20, pause=0.1) as (url, _):
        with pytest.raises(outside.NoAnswer, match=r"in the time there is|timed out"):
            outside.post(url, body=b"", headers={})
        assert time.monotonic() - began < 1


def test_only_the_hosts_that_are_allowed_are_reached_although_private(here: None) -> None:
    assert outside.problem_with("http://127.0.0.1:8000/") is None
    assert outside.problem_with("http://127.0.0.2:8000/")
    assert outside.problem_with("ftp://127.0.0.1/")
