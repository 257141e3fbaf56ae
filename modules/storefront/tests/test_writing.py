"""How amounts, times and states are written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from modules.orders.interface import Status
from modules.storefront.templatetags.storefront import amounts_written, clock_time, distance, money, percent
from modules.storefront.wording import STATUS
from tiffin import clock
from tiffin.money import Money


@pytest.mark.parametrize(("amount", "currency", "written"), [
    (1250, "GBP", "£12.50"),
    (-199, "GBP", "−£1.99"),
    (123456, "PLN", "1 234,56 zł"),
    (500, "JPY", "500 JPY"),
])  # fmt: skip
def test_money(amount, currency, written):
    assert money(Money(amount=amount, currency=currency)) == written


def test_amounts_within_a_sentence_are_written_as_ours():
    said = "1.50 PLN for each of 2 km, at most 1999.00 PLN, or 500 JPY."
    assert amounts_written(said) == "1,50 zł for each of 2 km, at most 1 999,00 zł, or 500 JPY."


def test_times_are_those_of_the_place():
    with clock.hold(datetime(2026, 6, 1, 12, 0, tzinfo=UTC)):
        assert clock_time(datetime(2026, 6, 1, 16, 5, tzinfo=UTC), "Europe/Warsaw") == "18:05"
        assert clock_time(datetime(2026, 6, 2, 9, 0, tzinfo=UTC), "Europe/London") == "Tuesday 10:00"
        assert clock_time(None, "Europe/London") == ""


def test_distances_and_rates():
    assert [distance(metres) for metres in (None, 346, 1249)] == ["", "350 m", "1.2 km"]
    assert [percent(Decimal(rate)) for rate in ("0.20", "0.0")] == ["20 %", "0 %"]


def test_every_status_has_its_words():
    assert set(STATUS) == set(Status)
