"""Whether this process lives, whether it can serve, and its numbers.

Redis holds no fact here: without it the platform takes orders all the same, so it only degrades readiness.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from functools import lru_cache
from ipaddress import ip_address

import redis
from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from tiffin.telemetry.metrics import exposition
from tiffin.web.answers import answer
from tiffin.web.problems import Problem

CHECK_SECONDS = 1.0
KERNEL_LABEL = "kernel"

_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="readiness")
_migrated: set[str] = set()


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every module's database answers within a second and is migrated, else 503."""
    checks: dict[str, Callable[[], str]] = {module: _database_check(module) for module in _modules()}
    checks["redis"] = _check_redis
    answers = _run(checks)
    broken = {name for name, state in answers.items() if state != "ok"}
    status = "ready" if not broken else "degraded" if broken == {"redis"} else "not ready"
    return JsonResponse({"status": status, "checks": answers}, status=503 if status == "not ready" else 200)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' scrape; from this machine, or with the token."""
    if not (_from_here(request) or _has_token(request)):
        return answer(Problem("not_found"), request)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _modules() -> tuple[str, ...]:
    return tuple(settings.TIFFIN_MODULES)


def _run(checks: dict[str, Callable[[], str]]) -> dict[str, str]:
    ends = time.monotonic() + CHECK_SECONDS
    running = {name: _pool.submit(check) for name, check in checks.items()}
    return {name: _result(future, ends) for name, future in running.items()}


def _result(future: Future[str], ends: float) -> str:
    try:
        return future.result(max(0.0, ends - time.monotonic()))
    except TookTooLong:
        future.cancel()
        return "no answer within a second"


def _database_check(module: str) -> Callable[[], str]:
    def check() -> str:
        connection = connections[module]
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return "ok" if _is_migrated(module) else "not migrated"
        except Exception as error:
            return f"unreachable: {type(error).__name__}"
        finally:
            connection.close()

    return check


def _is_migrated(module: str) -> bool:
    """Asked until the answer is yes: nothing is unmigrated while a process serves."""
    if module in _migrated:
        return True
    applied = set(MigrationRecorder(connections[module]).applied_migrations())
    if not _latest(module) <= applied:
        return False
    _migrated.add(module)
    return True


@lru_cache(maxsize=32)
def _latest(module: str) -> frozenset[tuple[str, str]]:
    graph = MigrationLoader(None).graph
    return frozenset(node for label in (module, KERNEL_LABEL) for node in graph.leaf_nodes(label))


def _check_redis() -> str:
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=CHECK_SECONDS / 2, socket_connect_timeout=CHECK_SECONDS / 2
        )
        with client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        return f"unreachable: {type(error).__name__}"
    return "ok"


def _from_here(request: HttpRequest) -> bool:
    """Whether every hop of the request is this machine; a proxy names the hops before it."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    hops = [
        hop.strip() for hop in (request.META.get("REMOTE_ADDR", ""), *forwarded.split(",")) if hop.strip()
    ]
    return bool(hops) and all(_is_loopback(hop) for hop in hops)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    token = getattr(settings, "TIFFIN_METRICS_TOKEN", "")
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(sent.encode(), token.encode())
