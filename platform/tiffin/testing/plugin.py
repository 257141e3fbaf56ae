"""The pytest plugin: services and platform as fixtures, started by the first test that asks for them.

Loaded by `-p tiffin.testing.plugin`, before pytest-django reads settings: by then the environment must name
this run's addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import pytest

from tiffin.embedded.errors import CannotStart
from tiffin.memory import settle
from tiffin.testing import topologies
from tiffin.testing.running import START_SECONDS, Platform
from tiffin.testing.services import ROOT, Services


class Blocker(Protocol):
    """pytest-django's guard of the database, as far as it is used here."""

    def unblock(self) -> AbstractContextManager[None]: ...


# Of which the start may take START_SECONDS, on a machine that is busy with something else.
PLATFORM_TEST_SECONDS = 120 + START_SECONDS
_services = Services.of_this_run()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tiffin", "the platform that tests look at from outside")
    group.addoption("--topology", default=topologies.MONOLITH, metavar="NAME", help=topologies.HELP)
    group.addoption("--mode", default=topologies.PLAIN, metavar="NAME", help=topologies.MODE_HELP)


@pytest.hookimpl
def pytest_configure(config: pytest.Config) -> None:
    topologies.require_known(config.option.topology, config.option.mode)
    config.addinivalue_line("markers", "database: commits for real; every table is emptied afterwards")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test that asks for the platform waits for its start too. They come last: a platform that
    stands idle takes a tenth of a processor from the others."""
    items.sort(key=_wants_platform)
    for item in items:
        if item.get_closest_marker("platform") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(PLATFORM_TEST_SECONDS))


def _wants_platform(item: pytest.Item) -> bool:
    asked_for: list[str] = getattr(item, "fixturenames", [])
    return "platform" in asked_for or item.get_closest_marker("platform") is not None


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Thousands of tests and all they import stay until the end."""
    settle()


@pytest.fixture(scope="session")
def services(django_db_blocker: Blocker) -> Iterator[Services]:
    """PostgreSQL with every module's schema, and Redis."""
    try:
        _services.start()
    except CannotStart as error:
        _services.stop()
        pytest.exit(str(error), returncode=1)
    try:
        with django_db_blocker.unblock():
            from tiffin.testing.emptying import empty

            _services.bring_schemas_up()
            empty()
        yield _services
    finally:
        _services.stop()


@pytest.fixture
def database(services: Services, django_db_blocker: Blocker) -> Iterator[Services]:
    """What the test writes is committed, and gone after it."""
    from tiffin.testing.emptying import empty

    with django_db_blocker.unblock():
        yield services
        empty()


@pytest.fixture(scope="session")
def platform(pytestconfig: pytest.Config) -> Iterator[Platform]:
    """The whole platform, started once for all tests that look at it from outside."""
    options, settings = topologies.start_of(pytestconfig.option.topology, pytestconfig.option.mode)
    with whole_platform("platform", options, settings) as running:
        yield running


@contextmanager
def whole_platform(
    name: str,
    options: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
    *,
    durable: bool = False,
) -> Iterator[Platform]:
    """A platform on a data folder of that name beside the tests' own, started with options of `script/up`."""
    from tiffin.embedded import begun
    from tiffin.embedded.commands import remove

    running = Platform(_services.home.beside(name), durable=durable, **(settings or {}))
    try:
        remove(running.home)
        if not options:  # else its modules' data lie elsewhere
            begun.copy_into(running.home, ROOT, running.outside)
        running.start(*options)
    except CannotStart as error:
        pytest.exit(f"The platform does not start: {error}", returncode=1)
    try:
        yield running
    finally:
        running.stop()
        remove(running.home)


@pytest.fixture(autouse=True)
def _by_marker(request: pytest.FixtureRequest) -> None:
    """The markers `database` and `platform` do what the fixtures do."""
    for name in ("database", "platform"):
        if request.node.get_closest_marker(name) is not None:
            request.getfixturevalue(name)
