"""Gunicorn's own lines in our form: `--logger-class tiffin.telemetry.servers.ServerLogger`."""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.glogging import Logger

from tiffin.telemetry import logs


class ServerLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Passes everything on to the platform's logging; requests are logged by the middleware instead."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        logs.configure()
        for logger in (self.error_log, self.access_log):
            # Uvicorn's worker takes these handlers over for its own loggers.
            logger.handlers = list(logging.getLogger().handlers)
            logger.propagate = False
        self.access_log.setLevel(logging.CRITICAL)
