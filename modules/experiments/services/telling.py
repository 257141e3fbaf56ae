"""Flags for apps: the value now, and signed what to tell once it was used, so that nobody can tell anything
else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from django.core import signing

from modules.experiments.errors import ExposureTokenInvalid
from modules.experiments.interface import Exposed
from modules.experiments.models import Flag
from modules.experiments.services.exposing import expose
from tiffin import clock, db, flags
from tiffin.flags import Seen, Subject

LIFE = timedelta(days=1)
_SALT = "experiments.exposure"


def public_flags(subject: Subject) -> Iterator[tuple[str, Any, list[str]]]:
    """Of each flag that apps may read its key, its value and tokens of exposures."""
    own = list(Flag.objects.filter(is_public=True).order_by("key").values_list("key", "value"))
    seeing = flags.of(subject)
    for key, default in own:
        value, exposures = seeing.value(key)
        yield key, default if value is None else value, [_signed(seen) for seen in exposures]


def tell(tokens: Sequence[str]) -> int:
    """How many were told for the first time. Raises ExposureTokenInvalid, and then none is counted."""
    exposures = [_read(token) for token in tokens]
    with db.transaction():
        return expose(exposures)


def _signed(seen: Seen) -> str:
    return signing.dumps([*seen[:-1], seen.at.isoformat()], salt=_SALT)


def _read(token: str) -> Exposed:
    try:
        names = ("experiment", "phase", "variation", "attribute", "unit", "region", "at")
        parts = signing.loads(token, salt=_SALT)
        exposed = msgspec.convert(dict(zip(names, parts, strict=True)), Exposed)
    except (signing.BadSignature, msgspec.ValidationError, ValueError):
        raise ExposureTokenInvalid() from None
    if clock.now() - exposed.at > LIFE:
        raise ExposureTokenInvalid()
    return msgspec.structs.replace(exposed, at=clock.now())
