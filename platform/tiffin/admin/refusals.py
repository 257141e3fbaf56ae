"""What a use case finds wrong with a form, said in the form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import ValidationError

_found: ContextVar[ValidationError | None] = ContextVar("found", default=None)


@contextmanager
def said_in_forms(refusal: ValidationError) -> Iterator[None]:
    """Forms say it within the block."""
    token = _found.set(refusal)
    try:
        yield
    finally:
        _found.reset(token)


def saying(form: type[Any]) -> type[Any]:
    """The form as it is; or one that says what was found at the fields that it is about, and above them all
    what is about none."""
    refusal = _found.get()
    if refusal is None:
        return form

    def post_clean(self: Any) -> None:
        form._post_clean(self)
        told = refusal.error_dict if hasattr(refusal, "error_dict") else {None: [refusal]}
        for field, errors in told.items():
            self.add_error(field if field in self.fields else None, errors)

    return type(form.__name__, (form,), {"_post_clean": post_clean})
