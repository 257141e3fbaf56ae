"""The platform's own processes, one command each: web, stream, worker, beat."""

from __future__ import annotations

import http.client
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from tiffin.embedded.home import Home
from tiffin.embedded.ports import LOOPBACK, is_open
from tiffin.embedded.processes import Program

WEB_WORKERS = 2
WEB_THREADS = 8
WORKER_THREADS = 12
GUNICORN = "deploy/gunicorn.py"
_REQUEST_TIMEOUT_SECONDS = 5
_FOR_THOSE_WHO_SERVE = ("PROMETHEUS_MULTIPROC_DIR", "TIFFIN_DISTURB")


def stream_socket(home: Home) -> Path:
    return home.sockets / "stream.sock"


def web(root: Path, home: Home, env: Mapping[str, str], port: int) -> Program:
    """What answers requests."""
    command = _gunicorn(
        f"--bind={LOOPBACK}:{port}",
        "--reuse-port",
        "--worker-class=gthread",
        f"--workers={WEB_WORKERS}",
        f"--threads={WEB_THREADS}",
        "--graceful-timeout=10",
        "config.wsgi",
    )
    return _program("web", command, root, home, env, ready=lambda: is_open(port))


def stream(root: Path, home: Home, env: Mapping[str, str]) -> Program:
    """What keeps live streams open."""
    socket_path = stream_socket(home)
    command = _gunicorn(
        f"--bind=unix:{socket_path}",
        "--worker-class=uvicorn_worker.UvicornWorker",
        "--workers=1",
        "--graceful-timeout=2",
        "config.asgi",
    )
    return _program("stream", command, root, home, env, ready=lambda: _listens(socket_path))


def working(root: Path, home: Home, env: Mapping[str, str]) -> list[Program]:
    """What moves the log and the jobs."""
    worker = _celery(
        "worker",
        "--pool=threads",
        f"--concurrency={WORKER_THREADS}",
        f"--hostname=worker-{home.short_name}@%h",  # groups share the broker
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "--loglevel=INFO",
    )
    beat = _celery("beat", f"--schedule={home.run / 'beat-schedule'}", "--pidfile=", "--loglevel=WARNING")
    return [_program("worker", worker, root, home, env), _program("beat", beat, root, home, env)]


def manage(root: Path, home: Home, env: Mapping[str, str], *command: str) -> Program:
    """One of Django's commands; it is no process whose metrics anybody asks for, and none to be disturbed."""
    own = {name: value for name, value in env.items() if name not in _FOR_THOSE_WHO_SERVE}
    return _program(command[0], (sys.executable, "manage.py", *command), root, home, own)


def answers(port: int, path: str) -> bool:
    """Whether a GET to the origin is answered with 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_REQUEST_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _program(
    name: str, argv: tuple[str, ...], root: Path, home: Home, env: Mapping[str, str], **options: object
) -> Program:
    return Program(
        name=name,
        argv=argv,
        env=dict(env),
        cwd=root,
        log=home.logs / f"{name}.log",
        **options,  # type: ignore[arg-type]
    )


def _gunicorn(*options: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "gunicorn", f"--config={GUNICORN}", *options)


def _celery(*options: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "--app=config", *options)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
