"""Words as people look for them."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not take apart.
_WHOLE_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})


def fold(text: str) -> str:
    """Without case and accents, so that “zurek” finds “Żurek”."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_WHOLE_LETTERS)
