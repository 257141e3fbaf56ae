"""What one process could feed at best: as many streams, by a server that does nothing but write to each in
turn."""

from __future__ import annotations

import asyncio
import time
from multiprocessing import get_context
from typing import Any

from bench.watching import Watched, Watcher
from tiffin.embedded.ports import LOOPBACK

SECONDS = 5.0
PIECE = b'id: 7\nevent: status\ndata: {"seq":7,"at":"2026-01-01T12:00:00Z","status":"preparing","axes":' + (
    b'{"order":"accepted","payment":"authorised","vendor":"accepted","courier":"searching","refund":"none"},'
    b'"note":null}\n\n'
)
CHUNK = f"{len(PIECE):x}\r\n".encode() + PIECE + b"\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


async def fed_a_second(streams: int) -> float:
    """Events that such a server hands to `streams` watchers in a second."""
    spawning = get_context("spawn")
    here, there = spawning.Pipe()
    server = spawning.Process(target=_serve, args=(there,), daemon=True)
    server.start()
    try:
        watcher = Watcher(here.recv())
        await watcher.open([Watched(str(number), "") for number in range(streams)])
        watcher.begin()
        began = time.monotonic()
        here.send("feed")
        await asyncio.sleep(SECONDS)
        events = watcher.events.total()
        watcher.close()
        return events / (time.monotonic() - began)
    finally:
        server.kill()
        server.join()


def _serve(pipe: Any) -> None:
    asyncio.run(_feed(pipe))


async def _feed(pipe: Any) -> None:
    writers: list[asyncio.StreamWriter] = []

    async def open_stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD)
        writers.append(writer)

    server = await asyncio.start_server(open_stream, LOOPBACK, 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    await asyncio.to_thread(pipe.recv)
    while True:
        for writer in writers:
            writer.write(CHUNK)
            await writer.drain()
        await asyncio.sleep(0)
