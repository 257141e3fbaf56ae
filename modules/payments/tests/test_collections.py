"""What others owe us: invoiced without a gap, due, come or written off; and the books of all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from modules.payments import services
from modules.payments.errors import TransferNoteMissing
from modules.payments.interface import (
    CollectionDiffers,
    CollectionState,
    PartyKind,
    Payer,
    Payments,
    PayoutsNotOffered,
    TransferAmountInvalid,
)
from modules.payments.models import Collection, DayClose, TransferEntry
from modules.payments.tests.ledger import deadline_of, published
from modules.payments.tests.payouts import DAY, NOON, a_collection, answer, batched, invoiced, take
from tiffin import clock, ids
from tiffin.interfaces import CommandKey, call
from tiffin.money import Money
from tiffin.states import StateConflict
from tiffin.testing import settle

pytestmark = pytest.mark.database


def again(collection: Collection) -> Collection:
    return Collection.get(collection.pk)


def test_what_is_owed_is_asked_for_over_the_interface_and_invoiced():
    collection_id, payer = ids.new_id(), Payer(kind=PartyKind.PARTNER, id=ids.new_id(), name="Oat & Co")
    with clock.hold(NOON):
        for _ in range(2):
            call(Payments).collect(
                key=CommandKey(f"{collection_id}:collect"), collection_id=collection_id, payer=payer,
                amount=Money(amount=4_000, currency="GBP"), region="gb", purpose="campaign",
                reference="Points of June", due_days=30,
            )  # fmt: skip
        settle()
    (seen,) = call(Payments).collections(collection_ids=[collection_id])
    assert call(Payments).collections_page() == [seen]
    assert (seen.state, seen.invoice, seen.due_on) == (
        CollectionState.INVOICED, "GB-000001", date(2027, 8, 4),
    )  # fmt: skip
    assert published(Collection.get(collection_id)) == ["CollectionInvoiced"]


def test_the_same_collection_is_collected_once_and_on_other_terms_refused():
    first = a_collection()
    payer = Payer(kind=PartyKind.PARTNER, id=first.payer_id, name="Oat & Co")
    assert a_collection(collection_id=first.pk, payer=payer).pk == first.pk
    with pytest.raises(CollectionDiffers):
        a_collection(4_001, collection_id=first.pk, payer=payer)
    with pytest.raises(TransferAmountInvalid):
        a_collection(0)
    assert Collection.objects.count() == 1


def test_nothing_is_collected_to_no_account(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("modules.payments.services.payouts.own_account", lambda region, on: None)
    with pytest.raises(PayoutsNotOffered):
        a_collection()


def test_invoices_have_no_gap_and_each_is_written_once():
    collections = [invoiced() for _ in range(3)]
    services.issue_invoice(collections[0].pk)
    assert [each.invoice for each in collections] == ["GB-000001", "GB-000002", "GB-000003"]
    assert again(collections[0]).invoice == "GB-000001"
    assert TransferEntry.objects.filter(kind="invoiced").count() == 3


def test_what_has_not_come_is_overdue_after_its_day_and_may_still_come():
    collection = invoiced(due_days=2)
    with clock.hold(datetime(2027, 7, 7, 22, 59, tzinfo=UTC)):
        settle()
    assert again(collection).state is CollectionState.INVOICED
    with clock.hold(datetime(2027, 7, 7, 23, 0, tzinfo=UTC)):
        settle()
        assert again(collection).state is CollectionState.OVERDUE
        assert deadline_of(collection) is not None
        services.money_came(collection.pk)
    assert published(again(collection)) == ["CollectionInvoiced", "CollectionPaid"]
    assert deadline_of(collection) is None
    with pytest.raises(StateConflict):
        services.money_came(collection.pk)


def test_what_will_not_come_is_written_off_with_a_reason():
    collection = invoiced()
    with pytest.raises(TransferNoteMissing):
        services.write_off(collection.pk, note="")
    services.write_off(collection.pk, note="insolvent")
    assert published(again(collection)) == ["CollectionInvoiced", "CollectionFailed"]
    kinds = TransferEntry.objects.filter(collection=collection).order_by("pk")
    assert list(kinds.values_list("kind", "reference")) == [
        ("invoiced", "GB-000001"), ("written_off", "GB-000001"),
    ]  # fmt: skip


def test_what_was_wanted_in_error_gets_no_invoice():
    collection = a_collection()
    services.write_off(collection.pk, note="wanted twice")
    settle()
    assert (again(collection).invoice, TransferEntry.objects.count()) == (None, 0)


def test_a_closed_day_has_what_left_and_came_in_otherwise():
    with clock.hold(NOON - DAY):
        services.open_books()
    file, (_, back) = batched(1_000, 234)
    collection = invoiced()
    with clock.hold(NOON + timedelta(hours=3)):
        take(answer(file, group="ACSC"))
        take(answer(file, (back.end_to_end_id, "RJCT", "AC04")))
        services.money_came(collection.pk)
    with clock.hold(NOON + DAY):
        settle()
    rows = DayClose.objects.filter(region="gb", day=NOON.date(), count__gt=0)
    assert {row.kind: (row.count, row.amount, row.split.nobody) for row in rows} == {
        "paid_out": (2, 1_234, 1_234),
        "came_back": (1, 234, 234),
        "invoiced": (1, 4_000, 4_000),
        "collected": (1, 4_000, 4_000),
    }
