"""How a region's file is read: what is in force when, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tiffin.dto import DTO
from tiffin.regions import NoRuleInForce, Policy, Region, RegionFileError, SeveralRulesInForce
from tiffin.regions.file import read

HEAD = """
name = "Nowhere"
currency = [{ value = "EUR", valid_from = 2020-01-01, source = "test", confirmed = true }]
prices_include_tax = [{ value = true, valid_from = 2020-01-01, source = "test", confirmed = true }]
languages = [{ value = ["en"], valid_from = 2020-01-01, source = "test", confirmed = true }]
time_zone = [{ value = "Europe/Warsaw", valid_from = 2020-01-01, source = "test", confirmed = true }]
"""
FOOD_UNTIL_2024 = """
[[tax.rates]]
category = "food"
rate = "0.05"
valid_from = 2020-01-01
valid_to = 2024-12-31
source = "test"
confirmed = true
"""
FOOD_FROM_2025 = """
[[tax.rates]]
category = "food"
rate = "0.08"
valid_from = 2025-01-01
source = "test"
confirmed = true
"""


class Rate(DTO):
    category: str
    rate: Decimal


class Question(Policy, module="somewhere"):
    def answer(self) -> str:
        return "by default"


def nowhere(more: str = "", *, head: str = HEAD) -> Region:
    name, tables = read(head + more, path="nowhere/region.toml")
    return Region(code="nw", package="tests.regions.xt", path="nowhere/region.toml", name=name, tables=tables)


@pytest.mark.parametrize(
    ("day", "rate"), [(date(2024, 12, 31), Decimal("0.05")), (date(2025, 1, 1), Decimal("0.08"))]
)
def test_the_row_in_force_on_the_day_counts(day: date, rate: Decimal) -> None:
    region = nowhere(FOOD_UNTIL_2024 + FOOD_FROM_2025)
    assert region.rule("tax.rates", Rate, on=day) == Rate(category="food", rate=rate)


def test_before_the_first_row_nothing_is_in_force() -> None:
    region = nowhere(FOOD_UNTIL_2024)
    assert region.rules("tax.rates", Rate, on=date(2019, 12, 31)) == []
    with pytest.raises(NoRuleInForce, match=r"nowhere/region.toml: tax.rates"):
        region.rule("tax.rates", Rate, on=date(2019, 12, 31))


def test_one_row_is_not_chosen_among_several() -> None:
    region = nowhere(FOOD_FROM_2025 + FOOD_FROM_2025.replace('"food"', '"drink"'))
    with pytest.raises(SeveralRulesInForce):
        region.rule("tax.rates", Rate, on=date(2025, 1, 1))


def test_the_day_is_the_one_the_regions_clocks_show() -> None:
    assert nowhere().local(datetime(2024, 12, 31, 23, 30, tzinfo=UTC)).date() == date(2025, 1, 1)


def test_a_question_without_an_answer_gets_the_default_and_always_the_same_one() -> None:
    region = nowhere()
    assert region.policy(Question).answer() == "by default"
    assert region.policy(Question) is region.policy(Question)


def refused(more: str, message: str, *, head: str = HEAD) -> None:
    with pytest.raises(RegionFileError, match=message):
        nowhere(more, head=head)


def test_rows_that_contradict_each_other_are_refused() -> None:
    overlapping = FOOD_FROM_2025.replace("2025-01-01", "2024-06-01")
    refused(
        FOOD_UNTIL_2024 + overlapping, r"nowhere/region.toml: tax.rates, row 2: in force on the same days"
    )


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("valid_from = 2025-01-01\n", "row 1: Object missing required field `valid_from`"),
        ('source = "test"\n', "row 1: Object missing required field `source`"),
        ("confirmed = true\n", "row 1: Object missing required field `confirmed`"),
    ],
)
def test_a_row_that_does_not_say_since_when_and_where_it_is_written_is_refused(
    broken: str, message: str
) -> None:
    refused(FOOD_FROM_2025.replace(broken, ""), f"nowhere/region.toml: tax.rates, {message}")


def test_a_row_that_ends_before_it_begins_is_refused() -> None:
    refused(FOOD_UNTIL_2024.replace("2024-12-31", "2019-12-31"), "valid_to is before valid_from")


def test_a_bare_value_is_refused() -> None:
    refused("[timeouts]\npayment_seconds = 900", r"timeouts.payment_seconds: expected rows")


def test_a_setting_with_more_than_its_value_is_refused() -> None:
    row = '{ value = 1, until = 2, valid_from = 2020-01-01, source = "test", confirmed = true }'
    refused(f"[caps]\nitems = [{row}]", "caps.items, row 1: .*unknown: until")


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ('name = "Nowhere"', "", "must begin with the region's name"),
        ('"EUR"', '"euro"', "'euro' is no ISO 4217 code"),
        ('"Europe/Warsaw"', '"Mars/Base"', "no IANA time zone"),
        ('["en"]', '"en"', "languages, row 1"),
    ],
)
def test_a_header_that_cannot_be_is_refused(good: str, bad: str, message: str) -> None:
    refused("", message, head=HEAD.replace(good, bad))


def test_what_is_no_toml_is_refused_by_name_of_the_file() -> None:
    refused("[[[", r"nowhere/region.toml: ")


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ('rate = "0.08"', 'rate = "a lot"', "row 1: .*decimal"),
        ('rate = "0.08"', 'rate = "0.08"\nrat = 1', "row 1: unknown: rat"),
    ],
)
def test_a_row_of_another_shape_is_refused_when_it_is_asked_for(good: str, bad: str, message: str) -> None:
    region = nowhere(FOOD_FROM_2025.replace(good, bad))
    with pytest.raises(RegionFileError, match=message):
        region.rules("tax.rates", Rate, on=date(2025, 1, 1))


def test_a_question_names_its_module_and_an_answer_does_not() -> None:
    with pytest.raises(TypeError, match="must name its module"):
        type("Nameless", (Policy,), {})
    with pytest.raises(TypeError, match="does not name a module"):
        type("Answer", (Question,), {}, module="elsewhere")


def test_a_value_of_another_kind_is_refused() -> None:
    region: Any = nowhere()
    with pytest.raises(RegionFileError, match="currency, row 1"):
        region.setting("currency", int, on=date(2025, 1, 1))
