"""A command happens once per key, and what was answered is answered again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import connections

from tiffin import clock, context, db
from tiffin.context import check_deadline
from tiffin.interfaces import (
    CallInTransaction,
    CommandKeyReused,
    ModuleFault,
    ModuleUnavailable,
    call,
    provided,
)
from tiffin.interfaces.answers import forget_answers, hash_of
from tiffin.interfaces.tests import tally
from tiffin.interfaces.tests.tally import ALIAS, LimitReached, ScriptedTallies, Tallies, Tally

pytestmark = pytest.mark.usefixtures("effects")

ANSWER, REFUSAL = 0, 1
SCOPE = ("tiffin", "orders.add")


def then(step: Callable[[], Any]) -> Callable[..., Tally]:
    """The effects, and then something else before the answer."""

    def script(**arguments: Any) -> Tally:
        answer = tally.count_on(**arguments)
        step()
        return answer

    return script


def cut_the_connection() -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def fail(error: BaseException) -> Callable[[], None]:
    def step() -> None:
        raise error

    return step


def test_effects_and_answer_are_kept_together_and_repeated() -> None:
    provider = ScriptedTallies(tally.count_on)
    with provided(Tallies, provider):
        first = call(Tallies).add(key="k1", name="a", amount=3)
        again = call(Tallies).add(key="k1", name="a", amount=3)

    assert first == again == Tally(name="a", total=3)
    assert len(provider.calls) == 1
    assert tally.effects() == [("a", 3)]
    assert tally.answers() == [(*SCOPE, "k1", ANSWER)]


def test_a_refusal_undoes_the_effects_and_is_stored_alone() -> None:
    provider = ScriptedTallies(tally.count_on)
    with provided(Tallies, provider):
        for _ in range(2):
            with pytest.raises(LimitReached) as refusal:
                call(Tallies).add(key="k1", name="a", amount=300)

    assert (refusal.value.name, refusal.value.limit) == ("a", 100)
    assert len(provider.calls) == 1
    assert tally.effects() == []
    assert tally.answers() == [(*SCOPE, "k1", REFUSAL)]


def test_a_refusal_is_final_for_its_key_even_when_it_would_succeed_now() -> None:
    with provided(Tallies, ScriptedTallies(tally.count_on)), pytest.raises(LimitReached):
        call(Tallies).add(key="k1", name="a", amount=300)

    with provided(Tallies, ScriptedTallies(lambda **_: Tally(name="a", total=0))):
        with pytest.raises(LimitReached):
            call(Tallies).add(key="k1", name="a", amount=300)
        assert call(Tallies).add(key="k2", name="a", amount=300) == Tally(name="a", total=0)


def test_another_request_under_the_key_is_an_error_and_changes_nothing() -> None:
    with provided(Tallies, ScriptedTallies(tally.count_on)):
        call(Tallies).add(key="k1", name="a", amount=3)
        with pytest.raises(CommandKeyReused) as reused:
            call(Tallies).add(key="k1", name="b", amount=4)

    assert (reused.value.key, reused.value.status) == ("k1", 422)
    assert tally.effects() == [("a", 3)]
    assert tally.answers() == [(*SCOPE, "k1", ANSWER)]


def test_the_order_of_a_dict_does_not_make_another_request() -> None:
    with provided(Tallies, ScriptedTallies(tally.count_on)):
        first = call(Tallies).add(key="k1", name="a", amount=3, tags={"x": "1", "y": "2"})
        again = call(Tallies).add(key="k1", name="a", amount=3, tags={"y": "2", "x": "1"})

    assert first == again


def test_keys_of_two_callers_do_not_meet() -> None:
    with provided(Tallies, ScriptedTallies(tally.count_on)):
        call(Tallies, caller="rewards").add(key="k1", name="a", amount=3)
        call(Tallies, caller="payments").add(key="k1", name="b", amount=4)

    assert [answer[0] for answer in tally.answers()] == ["rewards", "payments"]
    assert tally.effects() == [("a", 3), ("b", 4)]


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (fail(KeyError("a")), ModuleFault),
        (fail(SystemExit()), SystemExit),
        (cut_the_connection, ModuleUnavailable),
        (lambda: context.change(deadline=0.0) and check_deadline(), ModuleUnavailable),
    ],
    ids=["fault", "end of the process", "connection lost", "deadline"],
)
def test_a_crash_between_effects_and_answer_leaves_neither(
    step: Callable[[], Any], error: type[BaseException]
) -> None:
    with provided(Tallies, ScriptedTallies(then(step))), pytest.raises(error) as failure:
        call(Tallies).add(key="k1", name="a", amount=3)
    assert not getattr(failure.value, "maybe_executed", False)
    connections[ALIAS].close()

    assert tally.effects() == []
    assert tally.answers() == []

    with provided(Tallies, ScriptedTallies(tally.count_on)):
        assert call(Tallies).add(key="k1", name="a", amount=3) == Tally(name="a", total=3)


def test_the_deadline_is_checked_before_the_answer_is_stored() -> None:
    def dawdle() -> None:
        context.change(deadline=0.0)

    with provided(Tallies, ScriptedTallies(then(dawdle))), pytest.raises(ModuleUnavailable):
        call(Tallies).add(key="k1", name="a", amount=3)

    assert tally.effects() == []
    assert tally.answers() == []


def test_a_refusal_that_cannot_be_stored_is_not_answered() -> None:
    def late(**_: Any) -> Tally:
        context.change(deadline=0.0)
        raise LimitReached(name="a", limit=1)

    with provided(Tallies, ScriptedTallies(late)), pytest.raises(ModuleUnavailable):
        call(Tallies).add(key="k1", name="a", amount=3)

    assert tally.answers() == []


def test_a_connection_that_breaks_while_committing_may_have_executed() -> None:
    def break_the_commit() -> None:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(
                """
                CREATE FUNCTION pg_temp.cut() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
                CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON command_answer
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.cut();
                """
            )

    with provided(Tallies, ScriptedTallies(then(break_the_commit))):
        with pytest.raises(ModuleUnavailable) as unavailable:
            call(Tallies).add(key="k1", name="a", amount=3)
        connections[ALIAS].close()

    assert unavailable.value.maybe_executed


def test_an_answer_that_cannot_be_read_is_a_fault_and_never_stored() -> None:
    def nonsense(**arguments: Any) -> Any:
        tally.count_on(**arguments)
        return {"name": 3}

    with provided(Tallies, ScriptedTallies(nonsense)), pytest.raises(ModuleFault):
        call(Tallies).add(key="k1", name="a", amount=3)

    assert tally.effects() == []
    assert tally.answers() == []


def test_an_integrity_error_of_the_provider_is_a_fault() -> None:
    with provided(Tallies, ScriptedTallies(tally.count_on)):
        call(Tallies).add(key="k1", name="a", amount=3)
        with pytest.raises(ModuleFault):
            call(Tallies).add(key="k2", name="a", amount=3)

    assert tally.answers() == [(*SCOPE, "k1", ANSWER)]


def test_no_call_inside_an_open_transaction() -> None:
    with db.transaction(owner="payments"), pytest.raises(CallInTransaction, match=r"orders\.v99\.read"):
        call(Tallies).read(name="a")
    with db.transaction(owner=ALIAS), pytest.raises(CallInTransaction):
        call(Tallies).add(key="k1", name="a", amount=3)


def test_a_command_cannot_call_while_it_executes() -> None:
    refused: list[bool] = []

    def step() -> None:
        with pytest.raises(CallInTransaction):
            call(Tallies).read(name="a")
        refused.append(True)

    with provided(Tallies, ScriptedTallies(then(step))):
        call(Tallies).add(key="k1", name="a", amount=3)

    assert refused == [True]


def test_a_query_may_call_on() -> None:
    def ask_another(**arguments: Any) -> Any:
        return call(Tallies).moment() if "name" in arguments else clock.now()

    with provided(Tallies, ScriptedTallies(ask_another)), pytest.raises(ModuleFault):
        call(Tallies).read(name="a")  # the moment came through; it is no Tally


def test_answers_are_forgotten_after_their_time_in_batches() -> None:
    with provided(Tallies, ScriptedTallies(tally.count_on)):
        with clock.shift(timedelta(days=-8)):
            for number in range(5):
                call(Tallies).add(key=f"old {number}", name=f"old {number}", amount=1)
        call(Tallies).add(key="new", name="new", amount=1)

    assert forget_answers(ALIAS, batch=2) == 5
    assert [answer[2] for answer in tally.answers()] == ["new"]
    assert forget_answers(ALIAS) == 0


def test_a_request_cannot_be_guessed_from_what_is_kept_of_it(settings: Any) -> None:
    request = b"a password that many have"
    kept = hash_of(request)
    assert kept == hash_of(request) != hash_of(b"another")
    assert kept != sha256(request).digest()

    settings.SECRET_KEY = "the secret of another deployment"
    assert hash_of(request) != kept


def test_under_another_secret_a_request_is_another(settings: Any) -> None:
    """So what is kept is keyed."""
    with provided(Tallies, ScriptedTallies(tally.count_on)):
        call(Tallies).add(key="k1", name="a", amount=3)
        settings.SECRET_KEY = "another secret"
        with pytest.raises(CommandKeyReused):
            call(Tallies).add(key="k1", name="a", amount=3)
