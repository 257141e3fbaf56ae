"""Flags and experiments as a module meets them: it says which flags it reads, and reads them for somebody.

    RANKING = flags.declare("ads.ranking", default="relevant", allowed=("relevant", "plain"), says="…")

    seen = flags.of(Subject(region="pl", customer_id=customer_id))
    if seen.read(RANKING) == "plain": ...

Reading is arithmetic in this process, over definitions that are kept fresh beside it. Whoever is part of an
experiment by what was read is noted, once. Without definitions every flag has its default.
"""

from __future__ import annotations

from tiffin.flags.declaring import Flag, declare, declared
from tiffin.flags.evaluating import Assignments, Definitions, Seen, Subject
from tiffin.flags.keeping import Seeing, Source, connect, disconnect, flush, of, refresh

__all__ = [
    "Assignments",
    "Definitions",
    "Flag",
    "Seeing",
    "Seen",
    "Source",
    "Subject",
    "connect",
    "declare",
    "declared",
    "disconnect",
    "flush",
    "of",
    "refresh",
]
