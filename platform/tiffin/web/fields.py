"""Fields of what is asked for over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers


class IdField(serializers.UUIDField):
    """An id as text. Django REST framework takes whole numbers too, and `true` for one, which makes an
    id that nothing else can write down."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        found: UUID = super().to_internal_value(data)
        return found
