"""See the package. Django's own check costs a round trip for each request and each module it touches."""

from __future__ import annotations

import select
import time

from django.db.backends.postgresql import base

# By its socket a connection tells that the server has gone, but not that the network has.
TRUSTED_SECONDS = 5.0


class DatabaseWrapper(base.DatabaseWrapper):
    _proven_at = 0.0

    def is_usable(self) -> bool:
        proven = not self.errors_occurred and time.monotonic() - self._proven_at < TRUSTED_SECONDS
        if proven and self._is_quiet():
            return True
        usable = bool(super().is_usable())
        if usable:
            self._proven_at = time.monotonic()
        return usable

    def _is_quiet(self) -> bool:
        """Whether nothing waits to be read: a server that ends says so, and closes."""
        if self.connection.closed or self.connection.broken:
            return False
        readable, _, _ = select.select([self.connection.fileno()], [], [], 0)
        return not readable
