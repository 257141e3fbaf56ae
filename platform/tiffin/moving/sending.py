"""Sending tasks to the broker for the sake of a request: within 50 ms or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from celery import Celery
from django.conf import settings
from kombu import Connection, Exchange, Queue
from kombu.pools import producers

from tiffin.remote import elsewhere

# The broker may be down: a request waits no longer than this for it.
BROKER_TIMEOUT_SECONDS = 0.05


def queues(modules: Iterable[str]) -> list[Queue]:
    """One queue a module, by its name. A task is forgotten when it is handed out: what it tells of is in the
    database, and if it is lost the next sweep finds that."""
    return [Queue(module, Exchange(module), routing_key=module, no_ack=True) for module in modules]


def send(task: str, arguments: tuple[str | int, ...], *, queue: str) -> None:
    """Send a task for the sake of a request: within BROKER_TIMEOUT_SECONDS or not at all. Raises."""
    with producers[_hasty_connection()].acquire(block=True, timeout=BROKER_TIMEOUT_SECONDS) as producer:
        _sender().send_task(task, arguments, queue=queue, producer=producer, retry=False, ignore_result=True)


@cache
def _sender() -> Celery:
    app = Celery("tiffin-sender", set_as_current=False)
    app.conf.update(
        broker_url=settings.CELERY_BROKER_URL,
        task_ignore_result=True,
        task_queues=queues([*settings.TIFFIN_MODULES, *elsewhere()]),
    )
    return app


@cache
def _hasty_connection() -> Connection:
    return Connection(
        settings.CELERY_BROKER_URL,
        connect_timeout=BROKER_TIMEOUT_SECONDS,
        transport_options={
            "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
            "socket_timeout": BROKER_TIMEOUT_SECONDS,
            "max_retries": 0,
        },
    )
