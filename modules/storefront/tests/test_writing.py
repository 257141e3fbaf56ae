"""How amounts, times and states are written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from modules.orders.interface import Status
from modules.storefront.templatetags.storefront import clock_time, distance, money, percent
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
