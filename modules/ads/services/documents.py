"""Rows as a statement takes them: one parameter, read by `json_to_recordset`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


def document(rows: Sequence[Mapping[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()
