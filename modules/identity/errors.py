"""Refusals that only identity's own API gives."""

from __future__ import annotations

from tiffin.errors import DomainError


class AddressUnknown(DomainError, code="address_unknown", status=404):
    """There is no such address."""

    detail = "You have no address with this id; GET /api/v1/me/addresses lists yours."


class PasswordWrong(DomainError, code="password_wrong", status=403):
    """The password is wrong."""

    detail = "Give the password of your account to confirm that you want to be forgotten."


class AccountClosed(DomainError, code="account_closed", status=409):
    """The account is closed for good."""

    detail = "This customer was forgotten; the account cannot be opened again."


class GrantRefused(DomainError, code="grant_refused", status=403):
    """You may not grant or withdraw this."""

    detail = "Only the role admin grants, and only to accounts that work within the admin's own regions."


class GrantUnknown(DomainError, code="grant_unknown", status=422):
    """There is nothing like this to grant."""

    detail = "An account of the kind {kind} cannot have the role {role} for {scope}."
    kind: str
    role: str
    scope: str
