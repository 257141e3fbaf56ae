"""How amounts, times and states are written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from modules.orders.interface import Late, LateParty, LateStep, Status, Tracking
from modules.storefront.templatetags.storefront import amounts_written, clock_time, distance, money, percent
from modules.storefront.wording import STATUS, device_name, what_is_late
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


@pytest.mark.parametrize(("step", "party", "who"), [
    (LateStep.ANSWER, LateParty.RESTAURANT, "The restaurant"),
    (LateStep.KITCHEN, LateParty.RESTAURANT, "The kitchen"),
    (LateStep.COURIER_SEARCH, LateParty.PLATFORM, "we are still looking for a courier"),
    (LateStep.COLLECTION, LateParty.COURIER, "the courier has not fetched it"),
    (LateStep.WAY, LateParty.COURIER, "The courier"),
])  # fmt: skip
def test_what_is_late_is_said_and_who_is_at_it(step, party, who):
    late = Late(step=step, party=party, since=clock.now())
    assert who in what_is_late(Tracking(late=late))
    assert what_is_late(Tracking()) == ""


@pytest.mark.parametrize(("user_agent", "name"), [
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
     "Chrome on Linux"),
    ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
     "Safari/537.36 EdgA/126.0.0.0", "Edge on Android"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Mac"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
    ("curl/8.5.0", ""),
])  # fmt: skip
def test_a_device_has_a_name_that_its_owner_knows(user_agent, name):
    assert device_name(user_agent) == name
