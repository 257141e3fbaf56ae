"""Receipts: numbers without gaps whatever happens, and amounts that are the bill to the unit."""

from __future__ import annotations

import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, connections
from hypothesis import given
from hypothesis import strategies as st

from modules.orders.interface import ClaimReason, Orders, Party, ReceiptKind, ReceiptUnknown
from modules.orders.jobs import put_in_writing
from modules.orders.models import Order, OrderComponent, Receipt, ReceiptSeries
from modules.orders.policies import Keepable
from modules.orders.pricing import price
from modules.orders.pricing.keeping import split
from modules.orders.pricing.receipts import corrections_of, receipts_of, receipts_of_kept
from modules.orders.pricing.refunding import total_of
from modules.orders.services import appeal, decide_claim, write_receipts
from modules.orders.services.receipts import AGAIN_AFTER
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_claims import claim, give_back
from modules.orders.tests.test_lateness import bring
from modules.orders.tests.test_pricing import any_terms
from modules.orders.tests.test_staff_pages import person
from modules.orders.tests.test_staff_work import waiting
from tests.regions.bills import BASKETS, _terms
from tests.regions.shapes import regions_under_test
from tiffin import clock, ids, regions
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.testing import api, settle

ALL = pytest.mark.parametrize("region", regions_under_test(), ids=lambda region: region.code)


# --- amounts ---------------------------------------------------------------------------------------


def bills(region):
    return [price(_terms(region, dishes, metres, tip)) for _, dishes, metres, tip in BASKETS]


@ALL
def test_the_receipts_of_every_golden_bill_are_the_bill_to_the_unit(region) -> None:
    for bill in bills(region):
        written = receipts_of(bill)
        assert sum(each.total for each in written) == bill.total.amount
        assert sum(each.tax for each in written) == bill.tax.amount
        for each in written:
            assert each.total == sum(line.amount for line in each.lines)
            # Net and tax of all rates are the total, and each rate's tax is what the rate says, to the unit.
            assert sum(tax.base + tax.tax for tax in each.taxes) == each.total
            for tax in each.taxes:
                assert abs(Decimal(tax.tax) - tax.base * tax.rate) <= 1


@ALL
def test_each_party_writes_what_it_is_liable_for(region) -> None:
    bill = bills(region)[2]
    parties = {each.party: each for each in receipts_of(bill)}
    assert set(parties) == {Party.RESTAURANT, Party.PLATFORM, Party.COURIER}
    assert parties[Party.COURIER].total == 500
    assert [line.label for line in parties[Party.PLATFORM].lines] == ["Delivery", "Service fee"]


def test_prices_without_tax_have_it_on_lines_of_its_own() -> None:
    region = regions.get("gb")
    terms = _terms(region, *BASKETS[2][1:])
    bill = price(type(terms)(**{**_fields(terms), "prices_include_tax": False}))
    written = receipts_of(bill)
    assert sum(each.total for each in written) == bill.total.amount
    assert sum(each.tax for each in written) == bill.tax.amount > 0
    for each in written:
        assert all(tax.base is not None for tax in each.taxes)
    back = corrections_of(written, (), bill.total.amount, includes_tax=False)
    assert sum(each.total for each in back) == -bill.total.amount
    assert sum(each.tax for each in back) == -bill.tax.amount


def _fields(terms):
    return {name: getattr(terms, name) for name in terms.__struct_fields__}


@given(shares=st.lists(st.integers(1, 3000), min_size=1, max_size=6))
def test_what_is_taken_back_bit_by_bit_is_never_more_and_sums_up(shares) -> None:
    """However often something goes back, the corrections are what went back, and no party gives more."""
    bill = bills(regions.get("pl"))[2]
    written = list(receipts_of(bill))
    for share in shares:
        standing = sum(each.total for each in written)
        amount = min(share, standing)
        if not amount:
            break
        back = corrections_of(written, (), amount, includes_tax=True)
        assert sum(each.total for each in back) == -amount
        written += back
        for party in Party:
            assert sum(each.total for each in written if each.party is party) >= 0


any_shares = st.dictionaries(st.sampled_from(Keepable), st.decimals(0, 1, places=2))


@given(
    terms=any_terms,
    shares=any_shares,
    later=st.lists(st.integers(1, 3000), max_size=4),
    gift=st.integers(0, 900),
)
def test_what_is_in_writing_of_a_stopped_order_is_what_is_kept_of_it(terms, shares, later, gift) -> None:
    """Party by party and tax by tax; less what was given before, and what is given back after it."""
    bill = price(terms)
    parted = split(bill, shares)
    left = max(0, parted.kept_total - gift)
    written = list(receipts_of_kept(parted.kept, left, includes_tax=bill.includes_tax))
    assert sum(each.total for each in written) == left
    if not gift:
        for party in Party:
            kept = [part for part in parted.kept if part.liable is party]
            mine = [each for each in written if each.party is party]
            assert sum(each.total for each in mine) == total_of(kept, includes_tax=bill.includes_tax)
            assert sum(each.tax for each in mine) == sum(part.tax for part in kept)
    for amount in later:
        back = min(amount, left)
        written += corrections_of(written, parted.back, back, includes_tax=bill.includes_tax)
        left -= back
        assert sum(each.total for each in written) == left
        for party in Party:
            assert sum(each.total for each in written if each.party is party) >= 0


# --- numbers ---------------------------------------------------------------------------------------


def sold(kitchen, count: int) -> list[Order]:
    """Orders that were delivered and paid, as copies of one that really was."""
    customer = ids.new_id()
    first = order_of(scenes.deliver(kitchen, customer, tip=300))
    lines, components = list(first.lines.all()), list(first.components.all())
    made = []
    for _ in range(count - 1):
        order = Order.objects.get(pk=first.pk)
        order.id, order.quote_id, order._state.adding = ids.new_id(), uuid4(), True
        order.save(force_insert=True)
        for part in (*lines, *components):
            part.pk, part.order, part._state.adding = None, order, True
            part.save(force_insert=True)
        made.append(order)
    return [first, *made]


def numbers(party: Party) -> list[int]:
    return sorted(Receipt.objects.filter(party_name=party.value).values_list("seq", flat=True))


@pytest.mark.database
def test_batches_at_the_same_time_give_each_number_once(kitchen) -> None:
    orders = sold(kitchen, 40)

    def work(_):
        try:
            return write_receipts(at_once=3)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        written = list(workers.map(work, range(4)))
    assert write_receipts() + sum(written) == 3 * len(orders)
    for party in (Party.RESTAURANT, Party.PLATFORM, Party.COURIER):
        assert numbers(party) == list(range(1, len(orders) + 1))
    assert {series.last for series in ReceiptSeries.objects.all()} == {len(orders)}


@pytest.mark.database
def test_a_batch_that_dies_leaves_no_gap(kitchen, monkeypatch) -> None:
    orders = sold(kitchen, 5)

    class Died(Exception):
        pass

    whole = Receipt.objects.bulk_create

    def written_and_dead(rows):
        whole(rows)
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(Receipt.objects, "bulk_create", written_and_dead)
        assert write_receipts(at_once=2) == 0
    assert not Receipt.objects.exists()
    with clock.shift(AGAIN_AFTER):
        write_receipts(at_once=2)
    assert numbers(Party.RESTAURANT) == list(range(1, len(orders) + 1))
    assert write_receipts() == 0


@pytest.mark.database
@pytest.mark.parametrize("at_once", [1, 2, 200])
def test_an_order_that_cannot_be_written_stops_no_other(kitchen, at_once) -> None:
    """It is on the staff's list of what waits, and is written once it can be."""
    orders = [order.pk for order in sold(kitchen, 5)]
    broken = orders[1]
    parts = OrderComponent.objects.filter(order_id=broken)
    (kept,) = parts.filter(kind="delivery_fee").values_list("liable", flat=True)
    parts.filter(kind="delivery_fee").update(liable="nobody at all")
    write_receipts(at_once=at_once)
    assert set(Receipt.objects.values_list("order_id", flat=True)) == {*orders} - {broken}
    assert numbers(Party.RESTAURANT) == [1, 2, 3, 4]
    with clock.shift(AGAIN_AFTER + timedelta(minutes=1)):
        assert waiting(person("support"))["orders: Orders not in writing"][0] == "1"
        parts.filter(kind="delivery_fee").update(liable=kept)
        write_receipts(at_once=at_once)
        assert waiting(person("support"))["orders: Orders not in writing"][0] == "0"
    assert Receipt.objects.filter(order_id=broken).count() == 3


@pytest.mark.database
def test_a_region_in_which_nothing_can_be_written_stops_no_correction(dinner, kitchen, monkeypatch) -> None:
    write_receipts()
    claim(dinner, (1, 1))
    settle()
    sold(kitchen, 3)
    with monkeypatch.context() as patch:
        patch.setattr("modules.orders.services.receipts._receipts", lambda order: 1 // 0)
        assert write_receipts(at_once=2) > 0
    kinds = set(Receipt.objects.filter(order_id=dinner.id).values_list("kind_name", flat=True))
    assert kinds == {"receipt", "correction"}


@pytest.mark.database
def test_numbers_begin_anew_in_the_regions_new_year(kitchen) -> None:
    customer = ids.new_id()
    with clock.hold(scenes.london("2025-12-31 20:00")):
        scenes.deliver(kitchen, customer)
    with clock.hold(scenes.london("2025-12-31 23:59")):
        write_receipts()
    with clock.hold(scenes.london("2026-01-01 11:00")):
        scenes.deliver(kitchen, customer)
        write_receipts()
    of_food = Receipt.objects.filter(party_name="restaurant").order_by("pk")
    assert [each.number for each in of_food] == ["R/2025/0000001", "R/2026/0000001"]


@pytest.mark.database
def test_nothing_in_writing_is_ever_changed(dinner) -> None:
    write_receipts()
    for change in (lambda rows: rows.update(total=1), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="correction"):
            change(Receipt.objects.all())


# --- what is written -------------------------------------------------------------------------------


@pytest.mark.database
def test_nothing_is_written_before_it_is_delivered_and_paid(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    put_in_writing()
    assert call(Orders).receipts(customer_id=customer, order_id=order.id) == ()


@pytest.mark.database
def test_a_delivered_order_is_in_writing_to_the_penny(dinner) -> None:
    put_in_writing()
    found = call(Orders).receipts(customer_id=dinner.customer_id, order_id=dinner.id)
    assert {each.issuer for each in found} == {Party.RESTAURANT, Party.PLATFORM, Party.COURIER}
    assert sum(each.total.amount for each in found) == dinner.total.amount
    assert sum(each.tax.amount for each in found) == dinner.price.tax.amount
    (food,) = [each for each in found if each.issuer is Party.RESTAURANT]
    assert (food.issuer_name, food.kind, food.corrects) == ("Noodle Bar", ReceiptKind.RECEIPT, None)
    put_in_writing()
    assert len(call(Orders).receipts(customer_id=dinner.customer_id, order_id=dinner.id)) == 3


@pytest.mark.database
def test_what_goes_back_is_corrected_under_a_number_of_its_own(dinner) -> None:
    claim(dinner, (1, 1))
    settle()
    put_in_writing()
    found = call(Orders).receipts(customer_id=dinner.customer_id, order_id=dinner.id)
    corrections = [each for each in found if each.kind is ReceiptKind.CORRECTION]
    assert sorted((each.issuer.value, each.total.amount) for each in corrections) == [
        ("platform", -27),
        ("restaurant", -550),
    ]
    numbers = {each.issuer: each.number for each in found if each.kind is ReceiptKind.RECEIPT}
    assert all(each.corrects == numbers[each.issuer] for each in corrections)
    assert all(each.number.split("/")[0] in {"RC", "PC"} for each in corrections)


@pytest.mark.database
def test_all_that_goes_back_takes_back_all_that_was_written(dinner) -> None:
    claim(dinner, (1, 1))
    settle()
    made = claim(dinner, reason=ClaimReason.NEVER_ARRIVED)
    decide_claim(claim_id=made.id, grant=True)
    settle()
    put_in_writing()
    found = call(Orders).receipts(customer_id=dinner.customer_id, order_id=dinner.id)
    for party in (Party.RESTAURANT, Party.PLATFORM, Party.COURIER):
        of_party = [each for each in found if each.issuer is party]
        assert sum(each.total.amount for each in of_party) == 0, party
    assert sum(each.tax.amount for each in found) == 0


def in_writing(order) -> dict[str, int]:
    """What stands for each party, corrections taken off."""
    found: dict[str, int] = defaultdict(int)
    for receipt in Receipt.objects.filter(order_id=order.id):
        found[receipt.party_name] += receipt.total
    return dict(found)


@pytest.fixture
def stopped(kitchen, customer, monkeypatch):
    """A ramen that its customer does not want any more once the kitchen is at work: dish and delivery are
    kept, its service fee and the tip go back."""
    rows = [
        {"by": "customer", "stage": "preparing", "what": what, "share": "1"}
        for what in ("dishes", "delivery_fee")
    ]
    scenes.rules(monkeypatch, "cancellation.kept", *rows)
    order = scenes.place(kitchen, customer, tip=300)
    settle()
    scenes.accept(order)
    scenes.cancel(order)
    return order


@pytest.mark.database
def test_what_is_kept_of_a_stopped_order_is_in_writing_once_the_rest_is_back(stopped) -> None:
    put_in_writing()
    assert in_writing(stopped) == {}
    settle()
    put_in_writing()
    put_in_writing()
    assert in_writing(stopped) == {"restaurant": 1250, "platform": 199}
    (food,) = Receipt.objects.filter(party_name="restaurant")
    assert (food.tax, food.taxes[0]["rate"], food.lines[0]["label"]) == (208, "0.2", "Ramen")
    assert Receipt.objects.filter(kind_name="correction").count() == 0
    assert food.number in page_of(stopped, food)


@pytest.mark.database
def test_what_staff_give_back_of_what_was_kept_is_corrected(stopped) -> None:
    settle()
    put_in_writing()
    give_back(stopped, 500)
    settle()
    put_in_writing()
    left = in_writing(stopped)
    assert sum(left.values()) == 949
    assert min(left.values()) > 0
    give_back(stopped, 949)
    settle()
    put_in_writing()
    assert in_writing(stopped) == {"restaurant": 0, "platform": 0}


@pytest.mark.database
def test_what_staff_give_back_of_a_dinner_is_corrected(dinner) -> None:
    put_in_writing()
    before = in_writing(dinner)
    give_back(dinner, 800)
    settle()
    put_in_writing()
    assert sum(before.values()) - sum(in_writing(dinner).values()) == 800


@pytest.mark.database
def test_what_is_granted_on_appeal_is_corrected(dinner) -> None:
    made = claim(dinner, reason=ClaimReason.NEVER_ARRIVED)
    if made.state.value == "open":
        decide_claim(claim_id=made.id, grant=False)
    put_in_writing()
    appeal(customer_id=dinner.customer_id, claim_id=made.id, words="Look again.")
    decide_claim(claim_id=made.id, grant=True)
    settle()
    put_in_writing()
    assert set(in_writing(dinner).values()) == {0}


@pytest.mark.database
def test_what_goes_back_for_coming_late_is_corrected(kitchen, customer) -> None:
    order = bring(kitchen, customer, minutes_late=20)
    settle()
    put_in_writing()
    row = order_of(order)
    assert row.refunded > 0
    assert sum(in_writing(order).values()) == row.captured - row.refunded
    (correction,) = Receipt.objects.filter(kind_name="correction")
    assert (correction.party_name, correction.lines[0]["label"]) == ("platform", "Delivery")


@pytest.mark.database
def test_what_nobody_old_enough_took_is_in_writing_as_far_as_it_is_kept(carried) -> None:
    order, _ = carried
    scenes.refuse_at_door(*carried)
    settle()
    put_in_writing()
    row = order_of(order)
    assert in_writing(order) == {"platform": row.captured - row.refunded}


@pytest.mark.database
def test_of_an_order_that_came_to_nothing_nothing_is_in_writing(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    scenes.cancel_by_staff(order)
    settle()
    put_in_writing()
    assert order_of(order).refunds.get().receipted
    assert not Receipt.objects.exists()


# --- where it is shown -----------------------------------------------------------------------------


@pytest.mark.database
def test_receipts_over_http(dinner) -> None:
    client = api(Actor(kind=ActorKind.CUSTOMER, id=dinner.customer_id))
    path = f"/api/v1/orders/{dinner.id}/receipts"
    assert client.get(path).json() == {"receipts": []}
    put_in_writing()
    listed = client.get(path).json()["receipts"]
    assert len(listed) == 3
    page = client.get(f"{path}/{listed[0]['id']}/page", headers={"Accept": "text/html"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert listed[0]["number"] in page.content.decode()
    unknown = client.get(f"{path}/{uuid4()}/page", headers={"Accept": "text/html"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "receipt_unknown")
    other = api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id()))
    assert other.get(path).json()["code"] == "order_unknown"
    assert other.get(f"{path}/{listed[0]['id']}/page").json()["code"] == "order_unknown"


@pytest.mark.database
def test_a_printed_receipt_says_what_the_region_asks_for(dinner) -> None:
    put_in_writing()
    (food,) = Receipt.objects.filter(party_name="restaurant")
    html = page_of(dinner, food)
    said = (food.number, dinner.code, "Noodle Bar", "Tax ID", "not on file", "20 %", "48.50 GBP")
    assert [each for each in said if each not in html] == []
    assert "<script" not in html
    with pytest.raises(ReceiptUnknown):
        call(Orders).receipt_page(customer_id=dinner.customer_id, order_id=dinner.id, receipt_id=ids.new_id())


def page_of(order, receipt: Receipt) -> str:
    return (
        call(Orders)
        .receipt_page(customer_id=order.customer_id, order_id=order.id, receipt_id=receipt.id)
        .html
    )


@pytest.mark.database
def test_no_row_of_a_receipt_names_its_customer(dinner) -> None:
    put_in_writing()
    for receipt in Receipt.objects.all():
        kept = json.dumps([receipt.issuer, receipt.lines, receipt.taxes])
        assert str(dinner.customer_id) not in kept
        assert "Ada" not in kept


@pytest.mark.database
def test_staff_find_a_receipt_by_its_number(dinner) -> None:
    put_in_writing()
    receipt = Receipt.objects.filter(party_name="platform").get()
    found = person("finance").get(f"/admin/orders/receipt/?q={receipt.number}&party_name=platform")
    assert dinner.code in found.content.decode()
    page = person("finance").get(f"/admin/orders/receipt/{receipt.id}/page/")
    assert receipt.number in page.content.decode()
    unseen = person("finance", region="pl").get(f"/admin/orders/receipt/{receipt.id}/page/")
    assert unseen.status_code == 404
    assert person().get(f"/admin/orders/receipt/{receipt.id}/page/").status_code == 403
