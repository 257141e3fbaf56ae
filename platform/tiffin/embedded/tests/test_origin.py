"""The origin passes everything on unchanged, and tells what never reached Django in Django's own form."""

from __future__ import annotations

import http.client
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import pytest

from tiffin.embedded.tests.house import House


def ask(house: House, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, str], Any]:
    connection = http.client.HTTPConnection(house.url.removeprefix("http://"), timeout=10)
    with suppress(ConnectionError):  # refused before everything was sent: the answer is there all the same
        connection.request(method, path, body)
    answer = connection.getresponse()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    text = answer.read().decode()
    connection.close()
    problem = headers.get("content-type") == "application/problem+json"
    return answer.status, headers, json.loads(text) if problem else text


@pytest.mark.full
def test_the_origin_adds_nothing_and_explains_what_it_refuses(house: House) -> None:
    house.up()

    (house.home / "static" / "some.css").write_text("p { margin: 0 }")

    status, headers, _ = ask(house, "GET", "/")
    assert status == 200
    assert set(headers) <= {"content-type", "date", "transfer-encoding", "content-length", "connection"}

    status, headers, problem = ask(house, "POST", "/api/v1/quotes", b" " * 13_000_000)
    assert (status, problem["code"]) == (413, "body_too_large")
    assert "1 MiB" in problem["detail"]

    status, headers, problem = ask(house, "GET", "/static/nothing.css")
    assert (status, problem["code"]) == (404, "not_found")
    assert "server" not in headers

    status, headers, problem = ask(house, "POST", "/static/some.css")
    assert (status, problem["code"]) == (405, "method_not_allowed")

    with web_away(house):
        status, headers, problem = ask(house, "GET", "/")
    assert (status, problem["code"], headers["retry-after"]) == (503, "module_unavailable", "2")


@contextmanager
def web_away(house: House) -> Iterator[None]:
    """The master sleeps, so that the supervisor starts nothing again; its workers are gone."""
    master = psutil.Process(house.processes()["web"].pid)
    workers = master.children()
    os.kill(master.pid, signal.SIGSTOP)
    for worker in workers:
        worker.kill()
    psutil.wait_procs(workers, timeout=1)
    yield
    os.kill(master.pid, signal.SIGCONT)
