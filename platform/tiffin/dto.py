"""Data that crosses a wall: frozen, keyword-only structs that msgspec encodes and validates."""

from __future__ import annotations

from typing import Any, dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class FrozenStructMeta(msgspec.StructMeta):
    """Makes every subclass frozen and keyword-only, which msgspec would not inherit."""

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any
    ) -> FrozenStructMeta:
        config.setdefault("frozen", True)
        config.setdefault("kw_only", True)
        return super().__new__(mcls, name, bases, namespace, **config)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class DTO(msgspec.Struct, metaclass=FrozenStructMeta):
    """Base of what interfaces take and return. Never a model, a QuerySet or `Any`."""
