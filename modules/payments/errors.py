"""What payments refuses its own staff."""

from __future__ import annotations

from tiffin.errors import DomainError


class MismatchNoteMissing(DomainError, code="mismatch_note_missing", status=422):
    """A mismatch is resolved by saying what it was."""

    detail = "Say in the note what it was and what became of it; it will not be opened again."
