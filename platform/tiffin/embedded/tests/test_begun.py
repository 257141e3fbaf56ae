"""What was begun once is copied, and not begun again until its sources change."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tiffin.embedded import begun
from tiffin.embedded.commands import remove
from tiffin.embedded.errors import CannotStart
from tiffin.embedded.home import Home
from tiffin.embedded.tests.house import House

pytestmark = pytest.mark.full


@pytest.fixture
def source(house: House) -> Iterator[Home]:
    home = house.home.beside("begun")
    yield home
    remove(home)


def copied(house: House, source: Home, **env: str) -> None:
    begun.copy_into(house.home, house.root, {**os.environ, begun.FOLDER: str(source.path), **env})


def test_a_copy_starts_with_its_data_and_brings_nothing(house: House, source: Home) -> None:
    copied(house, source)
    house.up(HOUSE_FAILS_AT="upgrade")  # which is not done

    assert house.status["state"] == "ready"
    assert (house.home.secrets / "postgres-password").read_text() == (
        source.secrets / "postgres-password"
    ).read_text()


def test_it_is_begun_again_only_when_a_source_has_changed(house: House, source: Home) -> None:
    copied(house, source)
    password = (source.secrets / "postgres-password").read_text()
    copied(house, source)
    assert (source.secrets / "postgres-password").read_text() == password

    changed = house.root / "modules" / "new.py"
    changed.parent.mkdir(exist_ok=True)
    changed.write_text("")
    copied(house, source)
    assert (source.secrets / "postgres-password").read_text() != password


def test_a_start_that_fails_leaves_nothing_to_copy(house: House, source: Home) -> None:
    with pytest.raises(CannotStart):
        copied(house, source, HOUSE_FAILS_AT="upgrade")

    copied(house, source)
    house.up()


def test_nothing_is_copied_where_nobody_asks_for_it(house: House) -> None:
    begun.copy_into(house.home, house.root, {})
    assert not house.home.path.exists()
