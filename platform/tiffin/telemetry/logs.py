"""One line an event, on standard error: JSON for machines, coloured text when a person watches.

Lines carry the trace id, the actor and the module, so that a request can be followed through its events and
jobs. Personal data is not logged; what looks like a secret is blotted out in case somebody tries.
"""

from __future__ import annotations

import logging.config
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from tiffin import context

_SECRET_NAMES = re.compile(
    r"authorization|cookie|password|secret|token|ticket|sealed|e-?mail|phone|address|street", re.IGNORECASE
)
_JSON_WEB_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
# PostgreSQL names the offending values there.
_DATABASE_DETAIL = re.compile(r"^DETAIL:.*$", re.MULTILINE)
_BLOT = "…"


def add_context(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Say on every line under which trace, for whom, in which region and in which module it was written."""
    now = context.current()
    event.setdefault("trace_id", now.trace_id)
    event.setdefault("actor", str(now.actor))
    if now.region:
        event.setdefault("region", now.region)
    event.setdefault("module", _module_of(str(event.get("logger", ""))))
    return event


def blot_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Remove values under telling names, and tokens wherever they stand in a text."""
    for name, value in event.items():
        if _SECRET_NAMES.search(name):
            event[name] = _BLOT
        elif isinstance(value, str) and ("eyJ" in value or "DETAIL:" in value):
            event[name] = _DATABASE_DETAIL.sub(f"DETAIL: {_BLOT}", _JSON_WEB_TOKEN.sub(_BLOT, value))
    return event


def _module_of(logger: str) -> str:
    parts = logger.split(".")
    return parts[1] if parts[0] == "modules" and len(parts) > 1 else parts[0] or "tiffin"


class OnlyUnexplained(logging.Filter):
    """Django repeats every 4xx and 5xx answer; ours are logged once already, so only tracebacks pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.exc_info is not None


_shared: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    add_context,
]


def _last_processors() -> list[Processor]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if sys.stderr.isatty():
        return [drop, blot_secrets, structlog.dev.ConsoleRenderer()]
    return [
        drop,
        structlog.processors.format_exc_info,
        blot_secrets,
        structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
    ]


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"only_unexplained": {"()": OnlyUnexplained}},
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": _last_processors(),
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Named so that Django's own defaults do not add handlers or a second line.
        "django": {"level": "INFO", "handlers": [], "propagate": True},
        "django.request": {"filters": ["only_unexplained"], "level": "ERROR", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.security": {"level": "ERROR", "propagate": True},
        "celery": {"level": "INFO", "propagate": True},
        "celery.app.trace": {"level": "WARNING", "propagate": True},
        "celery.worker.strategy": {"level": "WARNING", "propagate": True},
        "celery.beat": {"level": "WARNING", "propagate": True},
        "httpx": {"level": "WARNING", "propagate": True},
        "httpcore": {"level": "WARNING", "propagate": True},
        "stripe": {"level": "WARNING", "propagate": True},
        "urllib3": {"level": "WARNING", "propagate": True},
    },
}


def configure(logging_settings: dict[str, Any] | None = None) -> None:
    """Set up both structlog and the standard library's logging. Django calls it as LOGGING_CONFIG."""
    logging.config.dictConfig(logging_settings or LOGGING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    _keep_celery_from_replacing_it()


def _keep_celery_from_replacing_it() -> None:
    from celery.signals import setup_logging

    setup_logging.connect(_configured_already, dispatch_uid="tiffin.telemetry.logs", weak=False)


def _configured_already(**_: Any) -> None:
    """Celery sets up logging of its own unless somebody listens to this signal."""
