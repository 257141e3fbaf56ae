"""Donations in writing: numbered without a gap, in the region's words, and their customer's alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from modules.rewards import selectors, services
from modules.rewards.interface import DonationUnknown
from modules.rewards.models import Donation, DonationReceipt
from modules.rewards.tests.giving import a_charity, given, refunded, rounded_up
from tiffin import clock, ids

pytestmark = pytest.mark.database

NEW_YEARS_EVE = datetime(2027, 12, 31, 23, 50, tzinfo=UTC)


def numbers() -> list[str]:
    return [each.number for each in DonationReceipt.objects.order_by("region", "series", "seq")]


def test_numbers_have_no_gap_and_begin_anew_each_year() -> None:
    charity = a_charity()
    with clock.hold(NEW_YEARS_EVE):
        rounded_up(charity, 10, 20, 30)
        while services.write_donation_receipts(at_once=2):
            pass
    with clock.hold(NEW_YEARS_EVE + timedelta(minutes=20)):
        given(charity, 100)
        services.write_donation_receipts()
        assert services.write_donation_receipts() == 0
    assert numbers() == [
        "GB-D-2027-000001",
        "GB-D-2027-000002",
        "GB-D-2027-000003",
        "GB-D-2028-000001",
    ]


def test_what_a_region_does_not_put_in_writing_is_passed_over() -> None:
    zupa = a_charity(region="pl", currency="PLN", name="Zupa")
    points = given(zupa, 200)
    (money,) = rounded_up(zupa, 150)
    (back,) = rounded_up(zupa, 99)
    refunded(back, 99)
    services.write_donation_receipts()
    assert [each.donation_id for each in DonationReceipt.objects.all()] == [money.pk]
    assert not Donation.objects.filter(receipted=False).exists()
    with pytest.raises(DonationUnknown):
        selectors.donation_receipt(points.customer_id, points.pk)


def test_a_receipt_in_a_language_that_is_not_written_here_can_be_read() -> None:
    (donation,) = rounded_up(a_charity(), 150)
    services.write_donation_receipts()
    DonationReceipt.objects.update(language="cy")
    receipt = selectors.donation_receipt(donation.customer_id, donation.pk)
    assert (receipt.language, receipt.title) == ("cy", "Donation receipt")


def test_a_receipt_is_in_the_words_of_the_region_and_says_what_went_back() -> None:
    zupa = a_charity(region="pl", currency="PLN", name="Zupa")
    (money,) = rounded_up(zupa, 150)
    services.write_donation_receipts()
    refunded(money, 50)
    receipt = selectors.donation_receipt(money.customer_id, money.pk)
    lines = dict(receipt.lines)
    assert (receipt.title, receipt.language) == ("Potwierdzenie darowizny", "pl")
    assert (lines["Na rzecz"], lines["Kwota"], lines["Później zwrócono"]) == ("Zupa", "1,50 PLN", "0,50 PLN")
    assert receipt.notes
    page = selectors.donations(money.customer_id, after=None, size=1)
    assert page.donations[0].receipt == receipt.number


def test_a_receipt_is_its_customers_alone() -> None:
    donation = given(a_charity(), 100)
    services.write_donation_receipts()
    assert (
        dict(selectors.donation_receipt(donation.customer_id, donation.pk).lines)["Given as points"] == "100"
    )
    with pytest.raises(DonationUnknown):
        selectors.donation_receipt(ids.new_id(), donation.pk)
