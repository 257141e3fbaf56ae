"""Conditions are GrowthBook's; one that would match nobody without saying so is refused."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from growthbook import core

from modules.experiments.definitions.conditions import MOST_LEVELS, OPERATORS
from modules.experiments.services.flags import require_condition


def nested(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"$not": found}
    return found


def test_the_operators_are_those_that_the_sdk_knows() -> None:
    code = inspect.getsource(core._eval_operator_condition)

    assert set(re.findall(r'"(\$\w+)"', code)) == set(OPERATORS)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"region": "gb"},
        {"region": {"$in": ["gb", "pl"]}, "platform": {"$ne": "ios"}},
        {"$or": [{"region": "gb"}, {"$and": [{"version": {"$vgte": "2.1.0"}}, {"$not": {"region": "pl"}}]}]},
        {"$nor": [{"platform": {"$not": {"$regexi": "^ios"}}}], "$savedGroup": {"id": "grp_1"}},
        {"tags": {"$elemMatch": {"$not": {"$eq": "x"}}}, "address.city": {"$exists": True}},
        {"tags": {"$elemMatch": {"$or": [{"name": "x"}, {"name": {"$inGroup": "grp_1"}}]}}},
        {"tags": {"$size": {"$gt": 2}}, "others": {"$size": 0}, "more": {"$all": ["a", {"$gt": "b"}]}},
        {"age": {"$gt": 17, "$lt": 30}, "name": {"$type": "string"}, "parts": {"a": [1, {"b": None}]}},
        nested(MOST_LEVELS - 1),
    ],
)
def test_what_the_language_has_is_taken(condition: Any) -> None:
    require_condition(condition)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (["ios"], 'A condition is an object such as {"region": "gb"}.'),
        ({"region": {"$inn": ["gb"]}}, "There is no operator $inn here; there are $eq, $ne, $lt"),
        ({"$xor": []}, "There is no operator $xor here; there are $and, $or, $nor, $not, $savedGroup."),
        ({"$savedGroups": ["grp_1"]}, "There is no operator $savedGroups here"),
        ({"$or": {"region": "gb"}}, "$or takes a list."),
        ({"$and": ["gb"]}, "Each of $and is an object"),
        ({"$not": ["gb"]}, "What $not denies is an object"),
        ({"$or": [{"$nor": [{"region": {"$notin": []}}]}]}, "There is no operator $notin here"),
        ({"$in": ["gb"]}, "$in stands under an attribute, not beside one."),
        ({"region": {"$or": ["gb"]}}, "$or stands beside attributes, not under one."),
        ({"region": {"$in": ["gb"], "city": "x"}}, "Beside an operator there are only operators: city"),
        ({"address": {"city": {"$in": ["x"]}}}, "$in stands right under an attribute"),
        ({"parts": [{"$eq": 1}]}, "$eq stands right under an attribute"),
        ({"region": {"$in": "gb"}}, "$in takes a list."),
        ({"region": {"$nin": [["gb"]]}}, "$nin takes a list of texts"),
        ({"region": {"$eq": ["gb"]}}, "$eq takes a text, a number"),
        ({"age": {"$gt": True}}, "$gt takes a text or a number."),
        ({"name": {"$regex": "("}}, "$regex takes a regular expression, which this is not"),
        ({"name": {"$inGroup": 1}}, "$inGroup takes a text."),
        ({"name": {"$exists": "yes"}}, "$exists takes true or false."),
        ({"name": {"$type": "text"}}, "$type takes one of string, number"),
        ({"tags": {"$size": "2"}}, "$size takes a whole number"),
        ({"tags": {"$elemMatch": "x"}}, "$elemMatch takes operators or a condition."),
        ({"tags": {"$elemMatch": {"name": {"$is": 1}}}}, "There is no operator $is here"),
        ({"tags": {"$all": [{"$is": 1}]}}, "There is no operator $is here"),
        ({"$savedGroup": "grp_1"}, "$savedGroup takes the group's id"),
        (nested(MOST_LEVELS), f"A condition has at most {MOST_LEVELS} levels."),
        (nested(50_000), f"A condition has at most {MOST_LEVELS} levels."),
    ],
    ids=range(28),
)
def test_what_it_has_not_is_refused_by_its_name(condition: Any, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        require_condition(condition)

    assert refused.value.message_dict["condition"][0].startswith(said)
