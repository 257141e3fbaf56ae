"""The audit finds what does not hold of payouts, bank files and collections, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from modules.payments import audit as rules
from modules.payments import services
from modules.payments.models import BankFile, Book, Collection, Payout, TransferEntry
from modules.payments.tests.payouts import answer, batched, invoiced, take
from tiffin.audit import Inspection, deadlines, inspected

pytestmark = pytest.mark.database

RULES = (
    rules.payouts_are_entered,
    rules.transfers_are_paid_once,
    rules.collections_are_entered,
    rules.invoices_are_numbered,
    rules.files_hold_their_payouts,
)


def found() -> dict[str, int]:
    """How many things are broken, by rule."""
    checks = {rule.__name__: inspected(Inspection(rule.__name__, "payments"), rule) for rule in RULES}
    assert all(check.looked_at for check in checks.values())
    return {name: check.broken for name, check in checks.items() if check.broken}


@pytest.fixture
def moved() -> tuple[Payout, Collection]:
    """One payout is paid, one came back, one is in a file; of what is owed one has come, one is lost."""
    file, (paid, back, _) = batched(100, 200, 300)
    ids_ = [(each.end_to_end_id, "ACSC") for each in (paid, back)]
    take(answer(file, *ids_))
    take(answer(file, (back.end_to_end_id, "RJCT", "AC04")))
    came, lost, _ = invoiced(), invoiced(), invoiced()
    services.money_came(came.pk)
    services.write_off(lost.pk, note="insolvent")
    return paid, came


def test_what_moved_as_it_should_is_no_finding(moved: Any):
    assert found() == {}


@pytest.mark.parametrize(
    ("broken", "rules_broken"),
    [
        (
            lambda paid, came: Payout.objects.filter(pk=paid.pk).update(state_name="sent"),
            "payouts_are_entered",
        ),
        (
            lambda paid, came: Payout.objects.filter(pk=paid.pk).update(amount=99),
            "payouts_are_entered transfers_are_paid_once",
        ),
        (
            lambda paid, came: Collection.objects.filter(pk=came.pk).update(state_name="invoiced"),
            "collections_are_entered",
        ),
        (
            lambda paid, came: TransferEntry.objects.create(
                region="gb", kind="collected", collection=came, party_kind="partner", party_id=came.payer_id,
                purpose="x", reference=came.invoice, amount=came.amount, currency="GBP", at=came.created_at,
            ),
            "collections_are_entered",
        ),
        (lambda paid, came: BankFile.objects.update(count=2), "files_hold_their_payouts"),
    ],
)  # fmt: skip
def test_what_was_changed_by_hand_is_found(moved: Any, broken: Callable[..., Any], rules_broken: str):
    broken(*moved)
    assert set(found()) == set(rules_broken.split())


def test_a_gap_in_the_invoices_is_found(moved: Any):
    Book.objects.filter(region="gb").update(invoices=7)
    invoiced()
    assert found() == {"invoices_are_numbered": 1}


@pytest.mark.parametrize("lost", ["GB-000001", "GB-000002", "GB-000003"])
def test_an_invoice_that_is_lost_is_found_wherever_it_was(moved: Any, lost: str):
    """Also the last, of which no later number tells: the book does."""
    Collection.objects.filter(invoice=lost).update(region="pl", invoice="PL-000001")
    Book.objects.filter(region="pl").update(invoices=1)
    assert found()["invoices_are_numbered"] == 1


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("GB-000002", "GB-2nd"), ("GB-000002", "PL-000002"), ("GB-000001", "GB-2")],
)
def test_an_invoice_under_what_is_no_number_of_its_own_is_found(moved: Any, was: str, becomes: str):
    Collection.objects.filter(invoice=was).update(invoice=becomes)
    assert found()["invoices_are_numbered"] == 1


def test_all_that_is_not_at_rest_has_its_deadline(moved: Any):
    inspection = Inspection("deadlines", "payments")
    deadlines.deadlines_kept(inspection, timedelta(days=1000))
    check = inspection.result()
    assert (check.looked_at > 0, list(check.findings)) == (True, [])
