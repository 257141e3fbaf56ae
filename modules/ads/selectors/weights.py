"""What the click model has learned."""

from __future__ import annotations

from typing import Any

import numpy as np

from modules.ads.engine.prediction import Known
from tiffin import db

_SINCE = "SELECT place, z, n, revision FROM ads_weight WHERE revision > %s"


def learned_since(revision: int) -> tuple[int, Any, Known]:
    """What was learned after that revision: the last one, the places, and what is known there now."""
    rows = db.select(_SINCE, revision)
    places = np.array([place for place, *_ in rows], np.int64)
    z, n = (np.array([row[column] for row in rows], np.float32) for column in (1, 2))
    return max((row[3] for row in rows), default=revision), places, Known(z, n)
