"""What staff roles may do, as each module's `roles.py` says: role → permissions ("view", "change", …)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

NOTHING: Mapping[str, frozenset[str]] = {}


@lru_cache(maxsize=64)
def roles_of(module: str) -> Mapping[str, frozenset[str]]:
    """The roles of the module with this app label; none for apps that are no module."""
    if not apps.is_installed(f"modules.{module}") or find_spec(f"modules.{module}.roles") is None:
        return NOTHING
    declared = import_module(f"modules.{module}.roles").ROLES
    return {role: frozenset(permissions) for role, permissions in declared.items()}


def permits(module: str, roles: Iterable[str], permission: str) -> bool:
    """Whether one of `roles` has `permission` in `module`."""
    known = roles_of(module)
    return any(permission in known.get(role, ()) for role in roles)


def permits_anything(module: str, roles: Iterable[str]) -> bool:
    known = roles_of(module)
    return any(known.get(role) for role in roles)
