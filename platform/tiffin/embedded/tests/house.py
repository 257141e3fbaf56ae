"""A house of cards: a work tree whose programs do next to nothing, for tests of the supervisor itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from tiffin.embedded import environment
from tiffin.embedded.home import Home, read_json
from tiffin.embedded.processes import Identity, wait_until
from tiffin.testing.services import ROOT

FILES = {
    "manage.py": """
import json, os, sys
if os.environ.get("HOUSE_FAILS_AT") == sys.argv[1]:
    sys.exit("the roof is missing")
def module(name, *paths, live=(), secrets=()):
    routes = [{"path": path, "live": path in live} for path in (*paths, *live)]
    return {"name": name, "owns_data": bool(paths or secrets), "secrets": secrets, "routes": routes}
if sys.argv[1] == "modules":
    print(json.dumps({"modules": [
        module("doors", secrets=("TIFFIN_JWT_PRIVATE_KEY", "TIFFIN_MASTER_KEY")),
        module("cards", "/cards", "/tables/<slug:table>/cards", live=("/cards/<int:card>/stream",)),
        module("tables", "/tables/<slug:table>", "/card-tricks"),
        module("facade"),
    ]}))
""",
    "config/__init__.py": """
import os
from celery import Celery
app = celery = Celery("house", broker=os.environ["REDIS_URL"])
""",
    "config/wsgi.py": """
import os
def application(environ, start_response):
    environ["wsgi.input"].read()
    modules = os.environ.get("TIFFIN_MODULES", "all")
    body = f"web {os.getpid()} {environ['PATH_INFO']} {environ['HTTP_HOST']} {modules}".encode()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]
""",
    "config/asgi.py": """
import asyncio
async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for number in range(100):
        await send({"type": "http.response.body", "body": b"data: %d\\n\\n" % number, "more_body": True})
        await asyncio.sleep(0.2)
""",
    "bench/__init__.py": "",
    "bench/journey.py": """
import os, sys
sys.exit(int(os.environ.get("JOURNEY_ENDS", "0")))
""",
}


class House:
    """A toy work tree and its data folder; `up()` runs the real supervisor with real services on it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "tree"
        self.home = Home.at(folder / "home")
        self._running: list[subprocess.Popen[str]] = []
        for name, content in FILES.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        (self.root / "deploy").symlink_to(ROOT / "deploy")

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self._command(arguments),
            cwd=self.root,
            env=self._env(env),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def up(self, *arguments: str, deaf_to: str = "", **env: str) -> subprocess.Popen[str]:
        """Start in the background and wait until everything serves; `deaf_to`: signals set to be ignored."""
        command = self._command(("up", "--forgetful", "--port", "0", *arguments))
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"trap '' {deaf_to}; exec \"$@\"", "sh", *command] if deaf_to else command,
            cwd=self.root,
            env=self._env(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._running.append(process)
        ready = wait_until(lambda: self.state(process) == "ready" or process.poll() is not None, seconds=60)
        assert ready
        assert process.poll() is None, process.communicate()[0]
        return process

    def state(self, by: subprocess.Popen[str]) -> str:
        told = self.status
        return str(told.get("state")) if told.get("by") == by.pid else ""

    @property
    def status(self) -> dict[str, Any]:
        return read_json(self.home.run / "status.json")

    @property
    def url(self) -> str:
        return str(self.status["url"])

    def environment(self, group: str = "") -> dict[str, str]:
        """What a process of a group has been told."""
        pid = self.processes()[f"{group}-web" if group else "web"].pid
        return dict(psutil.Process(pid).environ())

    def processes(self) -> dict[str, Identity]:
        return {name: Identity(told["pid"], told["began"]) for name, told in self.status["processes"].items()}

    def alive(self) -> list[str]:
        return [name for name, one in self.processes().items() if one.alive]

    def end(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        self.run("down")

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "tiffin.embedded", *arguments]

    def _env(self, more: dict[str, str]) -> dict[str, str]:
        mine = environment.without_services(os.environ)
        mine.pop("DJANGO_SETTINGS_MODULE", None)  # the toy has no Django to look for
        return {**mine, "PYTHONPATH": str(self.root), "TIFFIN_HOME": str(self.home.path), **more}
