"""The ways to hold callers and providers to their word work."""

from __future__ import annotations

from typing import Any

import pytest

from tiffin.interfaces import call, provided
from tiffin.interfaces.testing import Twice, call_budget
from tiffin.interfaces.tests import tally
from tiffin.interfaces.tests.tally import ScriptedTallies, Tallies, Tally
from tiffin.interfaces.transport import routed


def read(**_: Any) -> Tally:
    return Tally(name="a", total=0)


def test_a_budget_of_calls_names_what_was_called() -> None:
    def make_calls(count: int) -> None:
        with call_budget(1):
            for _ in range(count):
                call(Tallies).read(name="a")

    with provided(Tallies, ScriptedTallies(read)):
        make_calls(1)
        with pytest.raises(AssertionError, match=r"2 calls where 1 .* orders\.v99\.read"):
            make_calls(2)


def test_an_action_is_not_sent_twice() -> None:
    provider = ScriptedTallies(lambda name: len(name) + 1)
    with provided(Tallies, provider), routed(Twice()):
        assert call(Tallies).ring(name="ab") == 3
    assert len(provider.calls) == 1


@pytest.mark.usefixtures("effects")
def test_what_arrives_twice_happens_once() -> None:
    provider = ScriptedTallies(tally.count_on)

    with provided(Tallies, provider), routed(Twice()):
        answer = call(Tallies).add(key="k1", name="a", amount=3)

    assert answer == Tally(name="a", total=3)
    assert len(provider.calls) == 1
    assert tally.effects() == [("a", 3)]
