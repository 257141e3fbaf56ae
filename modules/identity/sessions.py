"""Sessions in identity's own table, so that all of somebody's can be found and ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from modules.identity.models import Session


class SessionStore(DatabaseStore):
    """Django's database sessions with the account's id beside the data. Named by SESSION_ENGINE."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        if not isinstance(row, Session):
            raise TypeError(f"{type(row).__name__} is not the model of this store")
        row.account_id = UUID(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row
