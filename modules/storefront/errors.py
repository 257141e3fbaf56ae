"""Refusals that only our own pages meet."""

from __future__ import annotations

from tiffin.errors import DomainError


class BasketUnreadable(DomainError, code="basket_unreadable", status=422):
    """The basket cannot be read."""

    detail = "The basket in your browser is damaged; empty it and choose again."


class FormIncomplete(DomainError, code="form_incomplete", status=422):
    """Something is missing in the form."""

    detail = "{sentence}"
    sentence: str
