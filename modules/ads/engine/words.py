"""Words by which a search finds flights: without accents and capitals, whatever stands between them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BETWEEN = re.compile(r"[\W_]+")
# Letters that no accent makes of others.
_OTHERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})


@lru_cache(maxsize=20_000)
def words_of(text: str) -> tuple[str, ...]:
    """“Żabka, łosoś!” is zabka and losos."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_OTHERS))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(word for word in _BETWEEN.split(bare) if word)
