"""The floor of `place_order`: an empty DRF view that writes an order's rows by one raw statement. Nothing of
the platform runs in it: no middleware, no token, no price, no rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.ceilings import OrderRows
    from tiffin.embedded.home import Home

FILE = "order-rows.json"


def keep_rows(home: Home, rows: OrderRows) -> None:
    """Leave the statement where the floor's process finds it."""
    (home.run / FILE).write_text(json.dumps([rows.statement, rows.orders]))


def kept_rows(home: Path) -> tuple[str, int]:
    """The statement, `{number}` where the order's number stands, and how many orders there are."""
    statement, count = json.loads((home / "run" / FILE).read_text())
    return statement, count
