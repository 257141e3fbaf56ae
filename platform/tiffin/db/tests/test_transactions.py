"""Transactions know their owner, join their own, and refuse a neighbour's."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connections

from tiffin import context
from tiffin.context import DeadlineExceeded
from tiffin.db import NestedOwners, TransactionRequired, attempt, in_transaction, on_commit, transaction
from tiffin.db.owners import UnknownOwner, owner_of
from tiffin.testing import things
from tiffin.testing.things import Thing


@pytest.fixture(autouse=True)
def tables(database: object) -> Iterator[None]:
    with things.tables():
        yield


def test_the_owner_is_the_module_in_whose_package_the_code_stands() -> None:
    assert owner_of("modules.orders.services.placing") == "orders"
    with pytest.raises(UnknownOwner):
        owner_of("tiffin.log.pump")
    with pytest.raises(UnknownOwner):
        transaction()


def test_an_inner_transaction_joins_and_its_failure_undoes_the_whole() -> None:
    def inner_fails() -> None:
        with transaction(owner="orders"):
            Thing.objects.create(region="pl")
            raise ValueError("no")

    with pytest.raises(Exception, match=r"atomic"), transaction(owner="orders"):  # noqa: PT012
        Thing.objects.create(region="pl")
        with pytest.raises(ValueError, match="no"):
            inner_fails()
        Thing.objects.count()
    assert Thing.objects.count() == 0


def test_an_attempt_that_fails_is_undone_alone() -> None:
    def attempt_fails() -> None:
        with attempt(owner="orders"):
            Thing.objects.create(region="gb")
            raise ValueError("no")

    with transaction(owner="orders"):
        Thing.objects.create(region="pl")
        with pytest.raises(ValueError, match="no"):
            attempt_fails()
    assert [thing.region for thing in Thing.objects.all()] == ["pl"]
    with pytest.raises(TransactionRequired):
        attempt(owner="orders")


def test_one_modules_transaction_does_not_open_inside_anothers() -> None:
    with transaction(owner="orders"), pytest.raises(NestedOwners):
        transaction(owner="payments")


def test_an_open_transaction_is_known_in_its_own_thread_only() -> None:
    elsewhere: list[bool] = []
    with transaction(owner="orders"):
        assert in_transaction()
        thread = threading.Thread(target=lambda: elsewhere.append(in_transaction()))
        thread.start()
        thread.join()
    assert elsewhere == [False]
    assert not in_transaction()


def test_what_waits_for_the_commit_happens_after_it_and_cannot_break_it() -> None:
    seen: list[int] = []

    def fail() -> None:
        raise OSError("the broker is away")

    with transaction(owner="orders"):
        on_commit(fail, owner="orders")
        on_commit(lambda: seen.append(Thing.objects.count()), owner="orders")
        Thing.objects.create(region="pl")
        assert seen == []
    assert seen == [1]


def test_no_statement_begins_after_the_deadline() -> None:
    with context.deadline_in(0.05):
        Thing.objects.count()
        time.sleep(0.06)
        with pytest.raises(DeadlineExceeded):
            Thing.objects.count()
    assert Thing.objects.count() == 0


def test_a_serving_role_cannot_keep_a_transaction_open_for_long() -> None:
    with connections["orders"].cursor() as cursor:
        cursor.execute("SHOW transaction_timeout")
        assert cursor.fetchone()[0] == "5s"
