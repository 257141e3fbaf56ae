"""Moments are read without a regular expression: Django's loader was a tenth of a busy worker's time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.types.datetime import TimestamptzLoader


class UtcLoader(TimestamptzLoader):
    """What PostgreSQL writes in a session that is in UTC. Django looks at `timezone`, and registers its own
    loader where it wants another."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        """Raises DataError for what no datetime holds."""
        try:
            moment = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:  # infinity, or a year of five digits
            return super().load(data).replace(tzinfo=UTC)
        return moment if moment.tzinfo is UTC else super().load(data).replace(tzinfo=UTC)


def install(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Receiver of Django's `connection_created`."""
    if getattr(connection, "timezone", None) is UTC:
        connection.connection.adapters.register_loader("timestamptz", UtcLoader)
