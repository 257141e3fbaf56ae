"""One description of the API wherever its modules run: a deployable describes its own and asks the others."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from drf_spectacular.generators import SchemaGenerator

from tiffin.remote import Unreached, elsewhere, peer_of

log = structlog.get_logger(__name__)

DESCRIBE_SECONDS = 5.0
PARTS = ("schemas", "responses", "securitySchemes", "parameters")


def answer_openapi(body: bytes) -> bytes:
    """What this deployable itself answers under /api/, as JSON: for other deployables."""
    return msgspec.json.encode(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


def join_elsewhere(result: dict[str, Any], request: Any = None, **_: Any) -> dict[str, Any]:
    """Postprocessing hook: adds what modules elsewhere describe, when somebody asks over HTTP. Modules that
    cannot be asked are named in `x-missing-modules`."""
    if request is None:
        return result
    by_home = {home: module for module, home in sorted(elsewhere().items())}
    missing = []
    for module in by_home.values():
        try:
            theirs = msgspec.json.decode(
                peer_of(module).post("openapi", b"", timeout_seconds=DESCRIBE_SECONDS)
            )
        except (Unreached, msgspec.MsgspecError) as error:
            log.warning("openapi_part_missing", of=module, error=str(error))
            missing += [name for name, home in elsewhere().items() if by_home[home] == module]
        else:
            _join(result, theirs)
    if missing:
        result["x-missing-modules"] = sorted(missing)
    return result


def _join(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    ours["paths"] = dict(sorted({**theirs.get("paths", {}), **ours.get("paths", {})}.items()))
    for part in PARTS:
        both = {**theirs.get("components", {}).get(part, {}), **ours["components"].get(part, {})}
        if both:
            ours["components"][part] = dict(sorted(both.items()))
