"""Who of the staff is at the pages: what the staff token says, without a table of users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from tiffin.admin import roles
from tiffin.context import ANONYMOUS, Actor, ActorKind
from tiffin.web.auth import principal_of
from tiffin.web.tokens import TokenInvalid

# Exchanges an e-mail address and a password for a staff token (a JWT); raises a DomainError.
Login = Callable[[str, str], str]

_login: Login | None = None


def set_login(login: Login) -> None:
    """Name the function that logs staff in. The kernel knows no module, so the deployable says which."""
    global _login
    _login = login


def log_in(email: str, password: str) -> str:
    """The staff token. Raises the DomainError of the function that was set."""
    if _login is None:
        raise ImproperlyConfigured("no staff login is set: call tiffin.admin.staff.set_login()")
    return _login(email, password)


class StaffUser:
    """`request.user` of the staff's pages, with what Django's admin asks of a user. Not a model."""

    is_superuser = False

    def __init__(self, actor: Actor = ANONYMOUS) -> None:
        self.actor = actor

    @property
    def is_staff(self) -> bool:
        return self.actor.kind is ActorKind.STAFF

    is_active = is_authenticated = is_staff

    @property
    def is_anonymous(self) -> bool:
        return not self.is_staff

    @property
    def pk(self) -> UUID | None:
        return self.actor.id

    id = pk

    def get_username(self) -> str:
        """The roles: names and addresses are personal data and not in the token."""
        return ", ".join(self.actor.roles) or "nobody"

    get_short_name = get_full_name = get_username

    def has_usable_password(self) -> bool:
        """Passwords are changed at identity, not here."""
        return False

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """`orders.view_order`, `orders.change`: decided by the roles of the module alone."""
        module, _, codename = permission.partition(".")
        return roles.permits(module, self.actor.roles, codename.partition("_")[0])

    def has_perms(self, permissions: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        return roles.permits_anything(app_label, self.actor.roles)

    def __str__(self) -> str:
        return self.get_username()


NOBODY = StaffUser()


def staff_of(request: HttpRequest) -> StaffUser:
    """Who is at the page."""
    return request.user if isinstance(request.user, StaffUser) else NOBODY


def user_of(token: str) -> StaffUser:
    """Who holds this staff token; NOBODY when it is expired, not ours, or not staff's."""
    if not token:
        return NOBODY
    try:
        actor = principal_of(token).actor
    except TokenInvalid:
        return NOBODY
    return StaffUser(actor) if actor.kind is ActorKind.STAFF else NOBODY
