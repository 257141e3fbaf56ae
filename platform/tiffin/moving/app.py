"""The Celery application: one queue a module, only the kernel's tasks."""

from __future__ import annotations

from typing import Any

import structlog
from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import task_prerun, worker_ready
from celery.worker.request import Request
from django.conf import settings
from django.db import close_old_connections
from kombu import Connection
from kombu.exceptions import OperationalError

from tiffin.memory import settle
from tiffin.moving.sending import queues, send

log = structlog.get_logger(__name__)

SWEEP, TIDY = "tiffin.sweep", "tiffin.tidy"
SWEEP_SECONDS = 1.0
TIDY_SECONDS = 60.0
RECONNECT_SECONDS = 1


class SteadyConnection(Connection):
    """Looks for a lost broker every second; Celery's own pause grows to half a minute."""

    def _ensure_connection(
        self,
        errback: Any = None,
        max_retries: int | None = None,
        *intervals: Any,
        callback: Any = None,
        reraise_as_library_errors: bool = True,
        timeout: int | None = None,
        **more_intervals: Any,
    ) -> Any:
        return super()._ensure_connection(
            errback,
            max_retries,
            interval_start=RECONNECT_SECONDS,
            interval_step=0,
            interval_max=RECONNECT_SECONDS,
            callback=callback,
            reraise_as_library_errors=reraise_as_library_errors,
            timeout=timeout,
        )


class SteadyAMQP(AMQP):
    Connection = SteadyConnection


class HandedOut(Request):
    """A task of a queue without acknowledgements: the broker has forgotten it already, and kombu's transport
    for Redis would tell it so at the cost of a transaction."""

    def acknowledge(self) -> None:
        self.acknowledged = True


def make_app() -> Celery:
    """The application for `celery -A config`. Django must be set up."""
    from tiffin.moving import tasks
    from tiffin.telemetry.logs import configure

    # Celery's own fixup for Django would close every database connection before and after each task.
    app = Celery("tiffin", amqp=SteadyAMQP, set_as_current=True, fixups=[])
    task_prerun.connect(_refresh_connections, weak=False)
    worker_ready.connect(_tidy_at_once, weak=False)
    worker_ready.connect(_settle, weak=False)
    app.conf.update(
        broker_url=settings.CELERY_BROKER_URL,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "socket_connect_timeout": 1,
            "socket_timeout": 10,
            "health_check_interval": 5,
        },
        task_ignore_result=True,
        task_serializer="json",
        task_queues=queues(settings.TIFFIN_MODULES),
        task_default_queue=settings.TIFFIN_MODULES[0],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        beat_schedule=_schedule(),
        timezone="UTC",
    )
    for name, function in tasks.TASKS.items():
        app.task(name=name, Request=HandedOut)(function)
    configure()
    return app


def _refresh_connections(**_: Any) -> None:
    """Before each task, as Django does before each request: what broke is closed, what works is kept."""
    close_old_connections()


def _tidy_at_once(**_: Any) -> None:
    """Producers elsewhere learn of their readers now, not in a minute. Without a broker, beat has it done."""
    modules = settings.TIFFIN_MODULES
    try:
        send(TIDY, modules, queue=modules[0])
    except (OperationalError, OSError) as error:
        log.warning("tidy_not_sent", modules=modules, error=repr(error))


def _settle(**_: Any) -> None:
    settle()


def _schedule() -> dict[str, dict[str, Any]]:
    """One entry for all modules: beat goes through all of them each time it wakes."""
    modules = settings.TIFFIN_MODULES
    return {
        task: {
            "task": task,
            "schedule": seconds,
            "args": modules,
            "options": {"queue": modules[0], "expires": seconds * 3},
        }
        for task, seconds in ((SWEEP, SWEEP_SECONDS), (TIDY, TIDY_SECONDS))
    }
