"""The page of flags says what code reads."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from tiffin import flags

ROOT = Path(__file__).parents[2]


def test_the_page_of_flags_is_that_of_the_code() -> None:
    page = (ROOT / "docs/reference/flags.md").read_text()
    written = {
        key: (default, says.strip())
        for key, default, says in re.findall(r"^\| `([a-z_.]+)` \| `([^`]*)` \|[^|]*\|([^|]*)\|$", page, re.M)
    }

    modules = {path.parent.name for path in (ROOT / "modules").glob("*/apps.py")}
    for path in (ROOT / "modules").glob("*/flags.py"):
        import_module(f"modules.{path.parent.name}.flags")
    read = {
        key: (str(flag.default), flag.says)
        for key, flag in flags.declared().items()
        if key.partition(".")[0] in modules
    }

    assert written == read
