"""Whatever an interface can name arrives as what it was, and as nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tiffin.interfaces import call, provided
from tiffin.interfaces.tests.tally import Mood, Parcel, ScriptedTallies, Tallies, Tally
from tiffin.money import Money

INT64 = st.integers(min_value=-(2**63), max_value=2**63 - 1)
# No surrogates: they are no text, and neither UTF-8 nor PostgreSQL takes them.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TIMES = st.datetimes(timezones=st.just(UTC))
MONEY = st.builds(Money, amount=INT64, currency=st.sampled_from(["PLN", "GBP", "USD"]))
TALLIES = st.builds(Tally, name=TEXT, total=INT64)


def parcels(inner: st.SearchStrategy[tuple[Parcel, ...]]) -> st.SearchStrategy[Parcel]:
    return st.builds(
        Parcel,
        id=st.uuids(),
        mood=st.sampled_from(Mood),
        price=MONEY,
        at=TIMES,
        note=st.none() | TEXT,
        tags=st.lists(TEXT, max_size=3).map(tuple),
        counts=st.dictionaries(TEXT, INT64, max_size=3),
        lines=st.lists(TALLIES, max_size=3),
        sealed=st.binary(max_size=20),
        share=st.floats(allow_nan=False),
        inner=inner,
    )


PARCELS = parcels(st.lists(parcels(st.just(())), max_size=2).map(tuple))


@settings(deadline=None, max_examples=200)
@given(st.lists(PARCELS, max_size=3))
def test_what_is_sent_comes_back_equal_and_never_the_same(sent: list[Parcel]) -> None:
    provider = ScriptedTallies(lambda parcels: parcels)

    with provided(Tallies, provider):
        received = call(Tallies).echo_many(parcels=sent)

    assert received == sent
    ours, theirs = mutable_parts(sent), mutable_parts(provider.calls)
    assert not ours & theirs
    assert not ours & mutable_parts(received)
    assert not theirs & mutable_parts(received)


@given(st.datetimes(timezones=st.sampled_from([timezone(timedelta(hours=h)) for h in (-11, 0, 2, 14)])))
def test_a_moment_is_the_same_moment_in_every_zone(at: datetime) -> None:
    with provided(Tallies, ScriptedTallies(lambda at: at)):
        assert call(Tallies).moment(at=at) == at


def mutable_parts(value: Any) -> set[int]:
    """The identity of every list and dict in `value`."""
    if isinstance(value, list | tuple):
        own = {id(value)} if isinstance(value, list) else set()
        return own.union(*(mutable_parts(each) for each in value))
    if isinstance(value, dict):
        return {id(value)}.union(*(mutable_parts(each) for each in value.values()))
    if isinstance(value, msgspec.Struct):
        return set().union(*(mutable_parts(getattr(value, name)) for name in value.__struct_fields__))
    return set()
