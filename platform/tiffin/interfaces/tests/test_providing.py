"""A provider does all that its interface says, exactly as it says it."""

from __future__ import annotations

from datetime import datetime

import pytest

from tiffin.interfaces import CommandKey, InvalidProvider, ModuleUnavailable, call, provided, provides
from tiffin.interfaces.tests.tally import Parcel, ScriptedTallies, Tallies, Tally


def test_a_missing_method_is_refused() -> None:
    with pytest.raises(InvalidProvider, match="does not implement"):

        @provides(Tallies)
        class Half(Tallies):
            def read(self, *, name: str) -> Tally: ...


def test_another_signature_is_refused() -> None:
    class OtherAnswer(ScriptedTallies):
        def read(self, *, name: str) -> int: ...

    class OtherDefault(ScriptedTallies):
        def moment(self, *, at: datetime | None) -> datetime: ...

    class OtherArgument(ScriptedTallies):
        def echo(self, *, package: Parcel) -> Parcel: ...

    class NoKey(ScriptedTallies):
        def add(self, *, name: str, amount: int) -> Tally: ...

    class AnotherKey(ScriptedTallies):
        def add(
            self, *, key: CommandKey | None, name: str, amount: int, tags: dict[str, str] | None = None
        ) -> Tally: ...

    for provider in (OtherAnswer, OtherDefault, OtherArgument, NoKey, AnotherKey):
        with pytest.raises(InvalidProvider, match="is not Tallies"):
            provides(Tallies)(provider)


def test_a_provider_derives_from_its_interface() -> None:
    with pytest.raises(InvalidProvider, match="derive"):
        provides(Tallies)(int)


def test_only_one_provider_stands_behind_an_interface() -> None:
    class First(ScriptedTallies):
        def __init__(self) -> None:
            super().__init__(lambda **_: Tally(name="first", total=1))

    class Second(First):
        pass

    with provided(Tallies, First()), pytest.raises(InvalidProvider, match="already"):
        provides(Tallies)(Second)


def test_a_stand_in_answers_within_its_block_only() -> None:
    with provided(Tallies, ScriptedTallies(lambda **_: Tally(name="stand-in", total=1))):
        assert call(Tallies).read(name="a") == Tally(name="stand-in", total=1)

    with pytest.raises(ModuleUnavailable) as unavailable:
        call(Tallies).read(name="a")
    assert not unavailable.value.maybe_executed
