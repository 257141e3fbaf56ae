"""Fixtures for every test: see tiffin.testing, whose plugin pyproject.toml loads before Django's settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, settings

# How long an example takes, and making it, is the machine's matter.
settings.register_profile("tiffin", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tiffin")


@pytest.fixture(scope="session")
def django_db_setup(services: object) -> None:
    """pytest-django makes no database of its own: the services bring one with every module's schema."""


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Passwords of the tests need not be slow to guess. A platform that runs beside them hashes as ever."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
