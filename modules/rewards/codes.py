"""The codes by which customers name each other when they send points: eight random characters and a check
character, so that a slip of the pen reaches nobody."""

from __future__ import annotations

import secrets

# Crockford's base 32, which leaves out what looks alike; what is typed instead is understood.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 9
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})
_GROUP = 3


def new_code() -> str:
    """40 random bits and the check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + _check(body)


def read_code(typed: str) -> str | None:
    """The code that somebody typed; None for what is none."""
    code = typed.upper().translate(_MEANT)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if _check(code[:-1]) == code[-1] else None


def spaced(code: str) -> str:
    """As people read it: K7Q-4TX-M93."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def _check(body: str) -> str:
    """The Luhn algorithm modulo the alphabet's length: it tells every wrong character, and neighbours that
    changed places but for the first and the last of the alphabet."""
    base = len(ALPHABET)
    total = 0
    for place, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // base + value % base
    return ALPHABET[-total % base]
