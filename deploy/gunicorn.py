"""What every gunicorn of the platform has in common; addresses and numbers come from the command line."""

from __future__ import annotations

from typing import Any

logger_class = "tiffin.telemetry.servers.ServerLogger"
control_socket_disable = True
keepalive = 75
timeout = 60


def post_worker_init(worker: Any) -> None:
    """The application is loaded; requests come next."""
    from tiffin.memory import settle

    settle()


def child_exit(server: Any, worker: Any) -> None:
    """A worker that ended counts no more among those that are alive."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
