"""A setting that nobody can find does not exist: .env.example names every one."""

from __future__ import annotations

import re

from tiffin.testing.services import ROOT

READ = re.compile(
    r"environ(?:\.get\(|\[)\s*\"([A-Z_]+)\"|_secret\(\"([A-Z_]+)\"|= \"(TIFFIN_[A-Z_]+)\"$", re.MULTILINE
)
READERS = ("config/settings.py", "platform/tiffin/regions/discovery.py")
NAMED = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)


def test_every_setting_is_named_in_the_example() -> None:
    read = {
        name
        for file in READERS
        for names in READ.findall((ROOT / file).read_text())
        for name in names
        if name
    }
    assert len(read) > 8
    assert read - set(NAMED.findall((ROOT / ".env.example").read_text())) == set()
