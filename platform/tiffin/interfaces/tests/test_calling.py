"""A call passes bytes and nothing else, and ends in one of four ways."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import structlog
from django.db import OperationalError
from prometheus_client import REGISTRY

from tiffin import context, ids
from tiffin.context import Actor, ActorKind, Context
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call, provided
from tiffin.interfaces.calling import _module_of
from tiffin.interfaces.dispatch import dispatch
from tiffin.interfaces.envelope import Outcome, decode_envelope, decode_reply
from tiffin.interfaces.tests.tally import (
    LimitReached,
    Mood,
    Parcel,
    ScriptedTallies,
    Tallies,
    Tally,
    TallyId,
    Undeclared,
)
from tiffin.interfaces.transport import InProcess, TransportTrouble, routed
from tiffin.money import Money


class Listening:
    """Keeps the bytes of each request."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []

    def send(self, request: bytes, *, timeout_seconds: float) -> bytes:
        self.requests.append(request)
        return InProcess().send(request, timeout_seconds=timeout_seconds)


class Broken:
    def __init__(self, *, sent: bool) -> None:
        self.sent = sent

    def send(self, request: bytes, *, timeout_seconds: float) -> bytes:
        raise TransportTrouble("connection reset", sent=self.sent)


def a_parcel(**changes: Any) -> Parcel:
    given: dict[str, Any] = {
        "id": TallyId(ids.new_id()),
        "mood": Mood.CALM,
        "price": Money(amount=1250, currency="PLN"),
        "at": datetime.now(UTC),
    }
    return Parcel(**(given | changes))


def answering(script: Any) -> Any:
    return provided(Tallies, ScriptedTallies(script))


def raising(error: BaseException) -> Any:
    def script(**_: Any) -> Any:
        raise error

    return answering(script)


def test_an_answer_comes_back_equal_and_shares_nothing() -> None:
    lines = [Tally(name="a", total=1)]
    parcel = a_parcel(lines=lines, counts={"a": 1})
    seen: list[Parcel] = []

    def keep(parcel: Parcel) -> Parcel:
        seen.append(parcel)
        return parcel

    with answering(keep):
        answer = call(Tallies).echo(parcel=parcel)
    lines.append(Tally(name="b", total=2))
    seen[0].counts["b"] = 2

    assert seen[0].lines == [Tally(name="a", total=1)]
    assert answer.counts == {"a": 1}
    assert answer.id == parcel.id


def test_a_declared_error_arrives_as_the_same_class_with_the_same_data() -> None:
    raised = LimitReached(name="a", limit=3)

    with raising(raised), pytest.raises(LimitReached) as refusal:
        call(Tallies).read(name="a")

    assert refusal.value is not raised
    assert (refusal.value.name, refusal.value.limit) == ("a", 3)
    assert str(refusal.value) == "a may not go above 3."


@pytest.mark.parametrize("error", [Undeclared(), KeyError("secret"), RecursionError()])
def test_all_else_is_a_fault_logged_once_on_the_side_of_the_provider(error: Exception) -> None:
    with structlog.testing.capture_logs() as logs, raising(error), pytest.raises(ModuleFault) as fault:
        call(Tallies).read(name="a")

    assert fault.value.method == "orders.v99.read"
    assert fault.value.trace_id == context.current().trace_id
    assert "secret" not in str(fault.value)
    assert [entry["event"] for entry in logs] == ["module_fault"]
    assert logs[0]["exc_info"] is error
    assert logs[0]["trace_id"] == fault.value.trace_id


def test_another_modules_fault_passes_through_without_a_second_line() -> None:
    inner = ModuleFault(method="payments.v1.void", reason="KeyError", trace_id="t")

    with structlog.testing.capture_logs() as logs, raising(inner), pytest.raises(ModuleFault):
        call(Tallies).read(name="a")

    assert logs == []


def test_an_answer_of_another_type_is_a_fault() -> None:
    with answering(lambda **_: {"name": "a", "total": "many"}), pytest.raises(ModuleFault):
        call(Tallies).read(name="a")
    with answering(lambda **_: object()), pytest.raises(ModuleFault):
        call(Tallies).read(name="a")


def test_an_argument_of_another_type_is_a_fault_and_the_provider_never_sees_it() -> None:
    provider = ScriptedTallies(lambda **_: None)

    with provided(Tallies, provider), pytest.raises(ModuleFault):
        call(Tallies).read(name=3)

    assert provider.calls == []


def test_a_missing_or_unknown_argument_is_the_callers_error() -> None:
    with pytest.raises(TypeError):
        call(Tallies).read()
    with pytest.raises(TypeError):
        call(Tallies).read(name="a", colour="red")
    with pytest.raises(TypeError, match="key"):
        call(Tallies).add(key="", name="a", amount=1)


def test_a_naive_time_does_not_cross_in_either_direction() -> None:
    naive = datetime.now(UTC).replace(tzinfo=None)

    with answering(lambda at: datetime.now(UTC)), pytest.raises(ModuleFault):
        call(Tallies).moment(at=naive)
    with answering(lambda at: naive), pytest.raises(ModuleFault):
        call(Tallies).moment()
    with answering(lambda parcels: parcels), pytest.raises(ModuleFault):
        call(Tallies).echo_many(parcels=[a_parcel(inner=(a_parcel(at=naive),))])


def test_actor_region_and_trace_travel_and_the_callers_context_stays() -> None:
    actor = Actor(kind=ActorKind.CUSTOMER, id=uuid4())
    here = Context(actor=actor, region="pl", correlation=uuid4(), causation=uuid4())
    there: list[Context] = []

    def look(name: str) -> Tally:
        there.append(context.current())
        context.change(region="gb")
        return Tally(name=name, total=0)

    with context.use(here), answering(look):
        call(Tallies).read(name="a")
        assert context.current() is here

    assert there[0].actor == actor
    assert (there[0].region, there[0].correlation, there[0].causation) == (
        "pl",
        here.correlation,
        here.causation,
    )


def test_the_deadline_is_the_nearer_of_the_methods_and_the_callers() -> None:
    left: list[float] = []

    def look(name: str) -> Tally:
        left.append((context.current().deadline or 0) - time.monotonic())
        return Tally(name=name, total=0)

    with answering(look):
        call(Tallies).read(name="a")
        with context.deadline_in(0.2):
            call(Tallies).read(name="a")

    assert 0.3 < left[0] <= 0.5
    assert 0 < left[1] <= 0.2


def test_a_passed_deadline_is_unavailable() -> None:
    def slow(name: str) -> Tally:
        context.change(deadline=time.monotonic() - 1)
        context.check_deadline()
        return Tally(name=name, total=0)

    with answering(slow), pytest.raises(ModuleUnavailable) as unavailable:
        call(Tallies).read(name="a")
    assert not unavailable.value.maybe_executed

    with context.deadline_in(-1), pytest.raises(ModuleUnavailable, match="before the call"):
        call(Tallies).read(name="a")


@pytest.mark.parametrize(("sent", "maybe_executed"), [(True, True), (False, False)])
def test_trouble_on_the_way_is_unavailable(sent: bool, maybe_executed: bool) -> None:
    with routed(Broken(sent=sent)):
        with pytest.raises(ModuleUnavailable) as unavailable:
            call(Tallies).add(key="k", name="a", amount=1)
        assert unavailable.value.maybe_executed is maybe_executed

        with pytest.raises(ModuleUnavailable) as unavailable:
            call(Tallies).read(name="a")
        assert not unavailable.value.maybe_executed

        with pytest.raises(ModuleUnavailable) as unavailable:
            call(Tallies).ring(name="a")
        assert unavailable.value.maybe_executed is maybe_executed


def test_an_action_that_fails_half_way_may_have_happened() -> None:
    def torn(name: str) -> int:
        raise OperationalError("the connection is lost")

    with answering(torn), pytest.raises(ModuleUnavailable) as unavailable:
        call(Tallies).ring(name="a")
    assert unavailable.value.maybe_executed


def test_an_action_answers_and_refuses_like_any_other() -> None:
    with answering(lambda name: len(name) + 1):
        assert call(Tallies).ring(name="ab") == 3

    def refuse(name: str) -> int:
        raise LimitReached(name=name, limit=1)

    with answering(refuse), pytest.raises(LimitReached):
        call(Tallies).ring(name="abc")


def test_a_module_that_cannot_reach_another_is_unavailable_itself() -> None:
    with (
        raising(ModuleUnavailable(maybe_executed=False)),
        pytest.raises(ModuleUnavailable) as unavailable,
    ):
        call(Tallies).read(name="a")
    assert unavailable.value.method == "orders.v99.read"


def test_the_end_of_the_process_is_not_an_answer() -> None:
    with raising(SystemExit()), pytest.raises(SystemExit):
        call(Tallies).read(name="a")


@pytest.mark.parametrize(
    ("python_module", "caller"),
    [
        ("modules.orders.jobs", "orders"),
        ("modules.payments.tests.test_jobs", "payments"),
        ("config.management.commands.demo", "config"),
        ("tiffin.jobs.running", "tiffin"),
        ("modulesque.orders", "tiffin"),
    ],
)
def test_the_caller_is_the_module_whose_code_calls(python_module: str, caller: str) -> None:
    transport = Listening()
    code = "call(Tallies).read(name='a')"

    with routed(transport), answering(lambda name: Tally(name=name, total=0)):
        exec(code, {"__name__": python_module, "call": call, "Tallies": Tallies})

    assert decode_envelope(transport.requests[0]).caller == caller
    assert _module_of(python_module) == caller


def test_bytes_that_are_no_call_are_answered() -> None:
    assert decode_reply(dispatch(b"\x00")).outcome is Outcome.FAULT


def test_an_unknown_method_is_unavailable() -> None:
    transport = Listening()
    with routed(transport), answering(lambda name: Tally(name=name, total=0)):
        call(Tallies).read(name="a")
    later = transport.requests[0].replace(b"\xa4read", b"\xa4rood")

    assert decode_reply(dispatch(later)).outcome is Outcome.UNAVAILABLE


def test_how_calls_end_is_counted() -> None:
    labels = {"interface": "orders.v99", "method": "read", "kind": "query", "outcome": "refusal"}
    before = REGISTRY.get_sample_value("tiffin_command_seconds_count", labels) or 0

    with raising(LimitReached(name="a", limit=1)), pytest.raises(LimitReached):
        call(Tallies).read(name="a")

    assert REGISTRY.get_sample_value("tiffin_command_seconds_count", labels) == before + 1
