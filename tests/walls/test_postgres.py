"""PostgreSQL itself refuses what crosses a wall."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connections

from config.modules import ADOPTED_APPS, MODULES, STATELESS
from tiffin.testing.services import Services

KEEPERS = tuple(module for module in MODULES if module not in STATELESS)

PAIRS = list(permutations(KEEPERS, 2))


@pytest.fixture(scope="module", autouse=True)
def _schemas(services: Services, django_db_blocker: Any) -> Iterator[None]:
    """These tests are all refused or only read, so nothing has to be emptied after each."""
    with django_db_blocker.unblock():
        yield


def tables_of(module: str) -> list[str]:
    """What stands in the module's schema: its own tables, the kernel's, and those of adopted apps."""
    with connections[module].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = %s AND c.relkind IN ('r', 'p') ORDER BY 1",
            [module],
        )
        return [name for (name,) in cursor.fetchall()]


def attempt(module: str, statement: str) -> str:
    """What PostgreSQL answers to `module` for `statement`: its error code, or nothing when it obeys."""
    try:
        with connections[module].cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return str(getattr(error.__cause__, "sqlstate", error))
    return ""


REFUSED = "42501"  # insufficient_privilege


@pytest.mark.parametrize(("module", "neighbour"), PAIRS)
def test_a_module_cannot_touch_a_neighbours_tables(module: str, neighbour: str) -> None:
    tables = tables_of(neighbour)
    assert {"log_event", "job"} <= set(tables), "the kernel's tables are not there"
    for table in tables:
        assert attempt(module, f'SELECT 1 FROM "{neighbour}"."{table}" LIMIT 1') == REFUSED, table


@pytest.mark.parametrize(("module", "neighbour"), PAIRS)
def test_a_module_cannot_write_or_build_in_a_neighbours_schema(module: str, neighbour: str) -> None:
    assert attempt(module, f'CREATE TABLE "{neighbour}".annex (id int)') == REFUSED
    assert attempt(module, f'DELETE FROM "{neighbour}".job') == REFUSED
    assert attempt(module, f'DROP SCHEMA "{neighbour}" CASCADE') == REFUSED


@pytest.mark.parametrize("module", KEEPERS)
def test_a_module_cannot_build_outside_its_own_schema(module: str) -> None:
    assert attempt(module, "CREATE TABLE public.annex (id int)") == REFUSED
    assert attempt(module, "CREATE SCHEMA annex") == REFUSED


@pytest.mark.parametrize(("module", "neighbour"), PAIRS)
def test_a_module_cannot_become_its_neighbour(module: str, neighbour: str) -> None:
    assert attempt(module, f"SET ROLE tiffin_{neighbour}") == REFUSED


@pytest.mark.parametrize("module", KEEPERS)
def test_a_module_reaches_its_own_tables_by_their_bare_names(module: str) -> None:
    with connections[module].cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        assert cursor.fetchone() == (f"tiffin_{module}", module)
    for table in tables_of(module):
        assert attempt(module, f'SELECT 1 FROM "{table}" LIMIT 1') == "", table


@pytest.mark.parametrize("module", KEEPERS)
def test_every_schema_holds_the_modules_own_tables_and_the_kernels(module: str) -> None:
    apps_at_home = {module, "kernel", *(app for app, owner in ADOPTED_APPS.items() if owner == module)}
    tables = {
        model._meta.db_table
        for app in apps_at_home
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not model.__module__.startswith("tiffin.testing.")  # made and dropped by the tests that use them
    }
    partitions = re.compile(r"log_event_\w+")
    found = {name for name in tables_of(module) if not partitions.fullmatch(name)}
    assert found == {*tables, "django_migrations"}


def test_no_alias_reaches_all() -> None:
    assert set(settings.DATABASES) == {"default", *KEEPERS}
    assert settings.DATABASES["default"]["ENGINE"] == "django.db.backends.dummy"


@pytest.mark.parametrize("module", KEEPERS)
def test_no_model_points_out_of_its_module(module: str) -> None:
    """What `tiffin.walls` reads from the source, once more as Django understands it."""
    home = {module, *(app for app, owner in ADOPTED_APPS.items() if owner == module)}
    for model in apps.get_app_config(module).get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete:
                assert field.related_model is not None, f"{model.__name__}.{field.name} is generic"
                assert field.related_model._meta.app_label in home, f"{model.__name__}.{field.name}"
