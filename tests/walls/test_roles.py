"""Every module answers for every staff role: one that a module does not name is silently nobody there."""

from __future__ import annotations

import pytest
from django.conf import settings

from tiffin.admin.roles import roles_of

ROLES = {"support", "operations", "finance", "admin"}
PERMISSIONS = {"view", "change", "grant", "promote", "settle", "decide"}


@pytest.mark.parametrize("module", settings.TIFFIN_MODULES)
def test_every_module_knows_the_same_roles(module: str) -> None:
    roles = roles_of(module)

    assert set(roles) == ROLES
    assert set().union(*roles.values()) <= PERMISSIONS


@pytest.mark.parametrize("module", settings.TIFFIN_MODULES)
def test_admins_may_do_what_any_other_role_may(module: str) -> None:
    roles = roles_of(module)

    assert roles["admin"] == frozenset().union(*roles.values())


def test_only_admins_grant() -> None:
    granting = {
        role for module in settings.TIFFIN_MODULES for role, may in roles_of(module).items() if "grant" in may
    }
    assert granting == {"admin"}
