"""The same command from two connections at the same moment happens once, and both get the one answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, get_ident
from typing import Any

import pytest
from django.db import connections

from tiffin.interfaces import CommandKeyReused, call, provided
from tiffin.interfaces.tests import tally
from tiffin.interfaces.tests.tally import LimitReached, ScriptedTallies, Tallies, Tally

pytestmark = pytest.mark.usefixtures("effects")


def at_once(*attempts: Callable[[], Any]) -> list[Any]:
    """What each attempt gave or raised, all of them started together on connections of their own."""
    together = Barrier(len(attempts))

    def run(attempt: Callable[[], Any]) -> Any:
        try:
            together.wait(5)
            return attempt()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


def met_inside(step: Callable[..., Tally]) -> ScriptedTallies:
    """A provider in which two executions are under way before either goes on."""
    inside = Barrier(2)

    def script(**arguments: Any) -> Tally:
        inside.wait(5)
        return step(**arguments)

    return ScriptedTallies(script)


def add(*, key: str = "k1", name: str = "a", amount: int = 3) -> Callable[[], Tally]:
    return lambda: call(Tallies).add(key=key, name=name, amount=amount)


def test_two_executions_that_meet_at_the_answer_leave_one() -> None:
    def unnamed(*, name: str, amount: int, **_: Any) -> Tally:
        tally.write_effect(f"{name}, counted by {get_ident()}", amount)
        return Tally(name=name, total=len(tally.effects()))

    provider = met_inside(unnamed)
    with provided(Tallies, provider):
        one, other = at_once(add(), add())

    assert one == other == Tally(name="a", total=1)
    assert len(provider.calls) == 2
    assert len(tally.effects()) == 1
    assert len(tally.answers()) == 1


def test_two_executions_that_meet_at_an_effect_leave_one() -> None:
    provider = met_inside(tally.count_on)
    with provided(Tallies, provider):
        one, other = at_once(add(), add())

    assert one == other == Tally(name="a", total=3)
    assert len(provider.calls) == 2
    assert tally.effects() == [("a", 3)]
    assert len(tally.answers()) == 1


@pytest.mark.parametrize("error", [LimitReached(name="a", limit=1), KeyError("a")])
def test_whatever_the_slower_stumbles_over_it_gets_the_answer_of_the_faster(error: Exception) -> None:
    slow_is_inside, fast_is_through = Event(), Event()

    def script(**arguments: Any) -> Tally:
        if slow_is_inside.is_set():
            return tally.count_on(**arguments)
        slow_is_inside.set()
        fast_is_through.wait(5)
        raise error

    def fast() -> Tally:
        slow_is_inside.wait(5)
        answer = add()()
        fast_is_through.set()
        return answer

    with provided(Tallies, ScriptedTallies(script)):
        one, other = at_once(fast, add())

    assert one == other == Tally(name="a", total=3)
    assert [answer[3] for answer in tally.answers()] == [0]


def test_two_refusals_leave_one() -> None:
    provider = met_inside(tally.count_on)
    with provided(Tallies, provider):
        one, other = at_once(add(amount=300), add(amount=300))

    assert isinstance(one, LimitReached)
    assert isinstance(other, LimitReached)
    assert tally.effects() == []
    assert len(tally.answers()) == 1


def test_two_requests_under_one_key_leave_one_and_one_error() -> None:
    provider = met_inside(tally.count_on)
    with provided(Tallies, provider):
        results = at_once(add(name="a"), add(name="b"))

    assert sorted(type(result).__name__ for result in results) == ["CommandKeyReused", "Tally"]
    assert any(isinstance(result, CommandKeyReused) for result in results)
    assert len(tally.effects()) == 1
    assert len(tally.answers()) == 1


def test_many_at_once_execute_once() -> None:
    with provided(Tallies, ScriptedTallies(tally.count_on)):
        results = at_once(*[add()] * 8)

    assert results == [Tally(name="a", total=3)] * 8
    assert tally.effects() == [("a", 3)]


def test_two_keys_do_not_wait_for_each_other() -> None:
    provider = met_inside(tally.count_on)
    with provided(Tallies, provider):
        results = at_once(add(key="k1", name="a"), add(key="k2", name="b"))

    assert [result.name for result in results] == ["a", "b"]
    assert len(tally.answers()) == 2
