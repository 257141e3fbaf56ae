"""What is written of a bill, and taken back of it, is the bill to the unit."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.orders.interface import Party
from modules.orders.policies import Keepable
from modules.orders.pricing import price
from modules.orders.pricing.keeping import split
from modules.orders.pricing.receipts import corrections_of, receipts_of, receipts_of_kept
from modules.orders.pricing.refunding import total_of
from modules.orders.tests.test_pricing import any_terms
from tests.regions.bills import BASKETS, _terms
from tests.regions.shapes import regions_under_test
from tiffin import regions

ALL = pytest.mark.parametrize("region", regions_under_test(), ids=lambda region: region.code)


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


@given(any_terms)
def test_what_is_given_is_in_no_receipt_and_in_no_correction(terms) -> None:
    bill = price(terms)
    (donation,) = [part.amount.amount for part in bill.components if part.kind.value == "donation"] or [0]
    written = receipts_of(bill)
    sold = bill.total.amount - donation
    assert sum(each.total for each in written) == sold
    assert Party.CHARITY not in {each.party for each in written}
    whole = split(bill, {}).back
    back = corrections_of(written, whole, bill.total.amount, includes_tax=bill.includes_tax)
    assert sum(each.total for each in back) == -sold


any_shares = st.dictionaries(st.sampled_from(Keepable), st.decimals(0, 1, places=2))


@given(
    terms=any_terms,
    shares=any_shares,
    later=st.lists(st.integers(1, 3000), max_size=4),
    gift=st.integers(0, 900),
)
def test_what_is_in_writing_of_a_stopped_order_is_what_is_kept_of_it(terms, shares, later, gift) -> None:
    """Party by party and tax by tax; less what was given before, and what is given back after it."""
    bill = price(msgspec.structs.replace(terms, donation=0, rounds_up=False))
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
