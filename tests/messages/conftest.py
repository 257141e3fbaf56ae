"""A kitchen, and a customer who has an e-mail address."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from modules.identity.interface import AccountKind, Identity
from modules.orders.selectors import known
from modules.orders.tests import scenes
from tiffin import context
from tiffin.interfaces import call


@pytest.fixture(autouse=True)
def _own_context() -> Iterator[None]:
    with context.use(context.current()):
        yield
    known.menu.cache_clear()


@pytest.fixture
def kitchen(database: object) -> scenes.Kitchen:
    return scenes.open_kitchen()


@pytest.fixture
def zofia(database: object) -> UUID:
    account = call(Identity).create_account(
        key=scenes.new_key(),
        email="zofia@example.com",
        password="correct horse battery",
        kind=AccountKind.CUSTOMER,
        region="gb",
    )
    return account.account_id
