"""The cache, for what may be lost at any moment: nobody waits for it, and nothing fails without it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
import structlog
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.05
# After a failure nobody in this process asks this Redis again for a while.
REST_SECONDS = 1.0
OWED_AT_MOST = 10_000

Answer = TypeVar("Answer")
_resting_until: dict[str, float] = {}
# What was to be deleted and may still be there: a lock whose `add` arrived while its answer came too late.
_owed: dict[str, frozenset[str]] = {}


class LosableCache(RedisCache):
    """Redis while it answers at once. Otherwise reads find nothing, and writes are dropped as if they were
    done: whoever takes a lock by `add` must not wait for one that nobody holds. For the same reason what is
    deleted meanwhile is deleted as soon as Redis answers again."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "socket_timeout": TIMEOUT_SECONDS,
            "socket_connect_timeout": TIMEOUT_SECONDS,
            "retry": Retry(NoBackoff(), retries=0),
            **params.get("OPTIONS", {}),
        }
        super().__init__(server, {**params, "OPTIONS": options})
        self._server = server

    def add(self, key: Any, value: Any, *args: Any, **options: Any) -> bool:
        return self._or(True, lambda: super(LosableCache, self).add(key, value, *args, **options))

    def get(self, key: Any, default: Any = None, *args: Any, **options: Any) -> Any:
        return self._or(default, lambda: super(LosableCache, self).get(key, default, *args, **options))

    def set(self, key: Any, value: Any, *args: Any, **options: Any) -> None:
        self._or(None, lambda: super(LosableCache, self).set(key, value, *args, **options))

    def touch(self, key: Any, *args: Any, **options: Any) -> bool:
        return self._or(False, lambda: super(LosableCache, self).touch(key, *args, **options))

    def delete(self, key: Any, *args: Any, **options: Any) -> bool:
        return self._or(
            False,
            lambda: super(LosableCache, self).delete(key, *args, **options),
            owing=lambda: [self.make_and_validate_key(key, *args, **options)],
        )

    def get_many(self, keys: Any, *args: Any, **options: Any) -> dict[Any, Any]:
        return self._or({}, lambda: super(LosableCache, self).get_many(keys, *args, **options))

    def has_key(self, key: Any, *args: Any, **options: Any) -> bool:
        return self._or(False, lambda: super(LosableCache, self).has_key(key, *args, **options))

    def incr(self, key: Any, delta: int = 1, *args: Any, **options: Any) -> int:
        """Raises ValueError for a key that is not there, as every cache does, and only if Redis says so."""
        return self._or(delta, lambda: super(LosableCache, self).incr(key, delta, *args, **options))

    def set_many(self, data: Any, *args: Any, **options: Any) -> list[Any]:
        """The keys that were not kept."""
        return self._or(list(data), lambda: super(LosableCache, self).set_many(data, *args, **options))

    def delete_many(self, keys: Any, *args: Any, **options: Any) -> None:
        keys = list(keys)
        self._or(
            None,
            lambda: super(LosableCache, self).delete_many(keys, *args, **options),
            owing=lambda: [self.make_and_validate_key(key, *args, **options) for key in keys],
        )

    def clear(self) -> None:
        self._or(None, super().clear)

    def _or(
        self,
        otherwise: Answer,
        ask: Callable[[], Answer],
        *,
        owing: Callable[[], list[str]] = list,
    ) -> Answer:
        if time.monotonic() < _resting_until.get(self._server, 0.0):
            self._owe(owing())
            return otherwise
        owed = _owed.pop(self._server, frozenset())
        try:
            if owed:
                self._cache.delete_many(owed)
                owed = frozenset()
            return ask()
        except (redis.RedisError, OSError) as error:
            self._owe([*owed, *owing()])
            _resting_until[self._server] = time.monotonic() + REST_SECONDS
            log.warning("cache_unreachable", error=type(error).__name__)
            return otherwise

    def _owe(self, keys: list[str]) -> None:
        if keys:
            # Never changed: another thread may be going through it.
            owed = _owed.get(self._server, frozenset())
            _owed[self._server] = owed.union(keys[: OWED_AT_MOST - len(owed)])
