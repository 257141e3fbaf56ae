"""A contract can be read as data: what is committed under contracts/ is this."""

from __future__ import annotations

import json

from tiffin.interfaces import describe
from tiffin.interfaces.tests.tally import Tallies


def test_a_description_names_parameters_answers_and_errors() -> None:
    described = describe(Tallies)

    assert described["interface"] == "orders.v99"
    add = described["methods"]["add"]
    assert add["kind"] == "command"
    assert add["parameters"]["required"] == ["name", "amount"]
    assert add["answer"] == {"$ref": "#/types/Tally"}
    assert add["errors"] == {
        "limit_reached": {
            "status": 409,
            "title": "The tally is full.",
            "detail": "{name} may not go above {limit}.",
            "data": {
                "properties": {"name": {"type": "string"}, "limit": {"type": "integer"}},
                "required": ["name", "limit"],
            },
        }
    }


def test_a_description_tells_the_kind_of_each_method() -> None:
    methods = describe(Tallies)["methods"]
    assert [methods[name]["kind"] for name in ("read", "add", "ring")] == ["query", "command", "action"]
    assert "key" in methods["add"]
    assert "key" not in methods["ring"]


def test_types_are_those_of_the_module_and_everything_is_json() -> None:
    described = describe(Tallies)

    assert sorted(described["types"]) == ["Money", "Mood", "Parcel", "Tally"]
    assert json.loads(json.dumps(described)) == described
    assert json.dumps(describe(Tallies)) == json.dumps(described)
