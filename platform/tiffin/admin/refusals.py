"""What a use case finds wrong with a form, said in the form."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError


def saying(form: type[Any], refusal: ValidationError) -> type[Any]:
    """The form that says it too, at the fields that it is about, and above them all what is about none."""

    class Saying(form):  # type: ignore[misc]  # whichever form it is
        def _post_clean(self) -> None:
            super()._post_clean()
            told = refusal.error_dict if hasattr(refusal, "error_dict") else {None: [refusal]}
            for field, errors in told.items():
                self.add_error(field if field in self.fields else None, errors)

    return Saying
