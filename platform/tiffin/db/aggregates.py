"""An aggregate: what is locked, changed and told about as one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import DatabaseError, models

from tiffin import clock, ids
from tiffin.db import rows

_LOG_FIELDS = frozenset({"version", "log_txid"})


class StaleAggregate(RuntimeError):
    """An event was published about an aggregate that somebody else has changed meanwhile: lock it first."""


class Aggregate(models.Model):
    """Base of the rows that events are about.

    `version` counts the events published about the row and is their sequence; `log_txid` is the largest
    transaction id an event of it was stamped with. Only `tiffin.log.publish` writes these two.
    A kind that may wait for something says in `NOT_FINAL` which of its rows do, by their columns: each of
    those has exactly one deadline, and the others have none.
    """

    NOT_FINAL: ClassVar[models.Q | None] = None

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    region = models.CharField(max_length=16)
    version = models.IntegerField(default=0, editable=False)
    log_txid = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True

    @classmethod
    def get(cls, id: UUID) -> Self:
        """The row as it stands. Raises DoesNotExist."""
        return rows.get(cls, id)

    @classmethod
    def lock(cls, id: UUID) -> Self:
        """The row, locked until the transaction ends. Raises DoesNotExist, TransactionRequired."""
        return rows.lock(cls, id)

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """As Django's, but an update never writes what belongs to the log."""
        if self._state.adding or options:
            super().save(update_fields=update_fields, **options)
        else:
            names = self.fields() if update_fields is None else tuple(update_fields)
            if not rows.update(self, fields=names):
                raise DatabaseError(f"{self._meta.label} {self.pk} is not there to be updated")

    @classmethod
    @cache
    def fields(cls) -> tuple[str, ...]:
        """What a use case may save."""
        names = (field.name for field in cls._meta.concrete_fields if not field.primary_key)
        return tuple(name for name in names if name not in _LOG_FIELDS)
