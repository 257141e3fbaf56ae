"""Flags as a module reads them: over definitions in memory, with defaults for whatever nobody has decided."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from growthbook.core import gbhash

from tiffin import db, flags, ids
from tiffin.flags import Definitions, Flag, Seen, Source, Subject, keeping
from tiffin.interfaces import CallInTransaction

COLOUR = Flag("shop.colour", "red", ("red", "green"), "what colour")
LIMIT = Flag("shop.limit", 3, (), "how many")
SWITCH = Flag("shop.switch", default=False, allowed=(), says="whether")

TRIAL: dict[str, Any] = {
    "key": "colours",
    "variations": ["red", "green"],
    "meta": [{"key": "control"}, {"key": "new"}],
    "ranges": [[0, 0.5], [0.5, 1]],
    "hashAttribute": "customer",
    "hashVersion": 2,
    "seed": "colours",
}


class Shop:
    """Somebody who decides: what `load`, `before` and `tell` of a source ask."""

    def __init__(self, **features: Any) -> None:
        self.definitions = Definitions(1, features)
        self.given: dict[str, dict[str, str]] = {}
        self.told: list[Seen] = []
        self.fails = False
        self.asked: list[Sequence[str]] = []

    def load(self, known: int) -> Definitions | None:
        self._answer()
        return self.definitions if self.definitions.revision != known else None

    def before(self, units: Sequence[str]) -> dict[str, Any]:
        self._answer()
        self.asked.append(units)
        return {unit: self.given[unit] for unit in units if unit in self.given}

    def tell(self, exposures: Sequence[Seen]) -> None:
        self._answer()
        self.told.extend(exposures)

    def _answer(self) -> None:
        if self.fails:
            raise ConnectionError("nobody answers")

    def change(self, features: dict[str, Any], *sticky: str) -> None:
        self.definitions = Definitions(self.definitions.revision + 1, features, None, frozenset(sticky))
        flags.refresh()


@pytest.fixture(autouse=True)
def _nobody_decides_afterwards() -> Iterator[None]:
    yield
    flags.disconnect()


def opened(shop: Shop) -> Shop:
    flags.connect(source(shop))
    flags.refresh()
    return shop


def source(shop: Shop, *, follows: bool = False) -> Source:
    """Tests say when something is asked or told, unless it is to be followed."""
    return Source(shop.load, shop.before, shop.tell, "experiments", "definitions_changed", follows)


def somebody() -> Subject:
    return Subject(region="pl", customer_id=ids.new_id())


def in_bucket(low: float, high: float) -> Subject:
    """Somebody whose bucket is in this range of the trial's."""
    while True:
        subject = somebody()
        bucket = gbhash("colours", str(subject.customer_id), 2)
        if bucket is not None and low <= bucket < high:
            return subject


def test_without_anybody_who_decides_every_flag_has_its_default() -> None:
    seen = flags.of(somebody())

    assert (seen.read(COLOUR), seen.read(LIMIT), seen.read(SWITCH)) == ("red", 3, False)


def test_what_was_decided_is_read() -> None:
    opened(Shop(**{"shop.colour": {"defaultValue": "green"}, "shop.switch": {"defaultValue": True}}))

    seen = flags.of(somebody())

    assert (seen.read(COLOUR), seen.read(LIMIT), seen.read(SWITCH)) == ("green", 3, True)


@pytest.mark.parametrize("value", [1, True, None, ["green"], "blue"])
def test_a_value_that_the_flag_does_not_take_is_none(value: object) -> None:
    opened(Shop(**{"shop.colour": {"defaultValue": value}}))

    assert flags.of(somebody()).read(COLOUR) == "red"


def test_a_switch_is_no_number() -> None:
    opened(Shop(**{"shop.limit": {"defaultValue": True}, "shop.switch": {"defaultValue": 1}}))

    seen = flags.of(somebody())

    assert (seen.read(LIMIT), seen.read(SWITCH)) == (3, False)


def test_whoever_takes_part_is_told_once_and_strangers_take_none() -> None:
    shop = opened(Shop(**{"shop.colour": {"defaultValue": "red", "rules": [TRIAL]}}))
    subject = in_bucket(0.5, 1)

    read = [flags.of(subject).read(COLOUR) for _ in range(3)]
    stranger = flags.of(Subject(region="pl")).read(COLOUR)
    flags.flush()
    flags.flush()

    assert (read, stranger) == (["green"] * 3, "red")
    assert [(seen.experiment, seen.variation, seen.unit) for seen in shop.told] == [
        ("colours", "new", str(subject.customer_id))
    ]


@pytest.mark.parametrize(
    ("known", "kind"), [(("customer_id", "device_id"), "customer"), (("device_id",), "device")]
)
def test_of_a_rule_that_goes_by_either_id_it_is_told_whose_it_was(known: tuple[str, ...], kind: str) -> None:
    """A GrowthBook server's rules go by `id` unless they say otherwise."""
    # Given such a rule
    by_id = {name: value for name, value in TRIAL.items() if name != "hashAttribute"}
    shop = opened(Shop(**{"shop.colour": {"defaultValue": "red", "rules": [by_id]}}))
    who = {name: ids.new_id() for name in known}
    # When somebody who is known so takes part in it
    flags.of(Subject(region="pl", **who)).read(COLOUR)
    flags.flush()
    # Then it is told of their id, and of which kind that is
    assert [(seen.attribute, seen.unit) for seen in shop.told] == [(kind, str(who[f"{kind}_id"]))]


def test_whoever_reads_a_value_that_is_not_taken_takes_no_part() -> None:
    rule = {**TRIAL, "variations": ["red", "blue"]}
    shop = opened(Shop(**{"shop.colour": {"defaultValue": "red", "rules": [rule]}}))

    assert flags.of(in_bucket(0.5, 1)).read(COLOUR) == "red"
    flags.flush()
    assert shop.told == []


def test_what_nobody_took_waits_and_is_told_later() -> None:
    shop = opened(Shop(**{"shop.colour": {"defaultValue": "red", "rules": [TRIAL]}}))
    flags.of(somebody()).read(COLOUR)
    shop.fails = True
    with pytest.raises(ConnectionError):
        flags.flush()

    shop.fails = False
    flags.flush()

    assert len(shop.told) == 1


def test_beyond_what_fits_they_are_let_go_and_told_when_seen_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "MOST_WAITING", 2)
    shop = opened(Shop(**{"shop.colour": {"defaultValue": "red", "rules": [TRIAL]}}))
    subjects = [somebody() for _ in range(3)]
    for subject in subjects:
        flags.of(subject).read(COLOUR)
    flags.flush()
    assert len(shop.told) == 2

    for subject in subjects:
        flags.of(subject).read(COLOUR)
    flags.flush()

    assert {seen.unit for seen in shop.told} == {str(each.customer_id) for each in subjects}


def test_whoever_took_part_keeps_what_they_had_after_buckets_changed() -> None:
    """Given somebody who had the new colour; when nearly all of it is taken away; then they keep it."""
    shop = opened(Shop(**{"shop.colour": {"defaultValue": "red", "rules": [TRIAL]}}))
    subject = in_bucket(0.5, 0.9)
    assert flags.of(subject).read(COLOUR) == "green"
    shop.given = {str(subject.customer_id): {"colours__0": "new"}}

    fewer = {**TRIAL, "ranges": [[0, 0.95], [0.95, 1]]}
    shop.change({"shop.colour": {"defaultValue": "red", "rules": [fewer]}}, "colours")

    assert flags.of(subject).read(COLOUR) == "green"
    assert flags.of(in_bucket(0.5, 0.9)).read(COLOUR) == "red"


def test_while_nobody_can_say_what_they_had_they_take_no_part() -> None:
    shop = opened(Shop(**{"shop.colour": {"defaultValue": "red", "rules": [TRIAL]}}))
    shop.change({"shop.colour": {"defaultValue": "red", "rules": [TRIAL]}}, "colours")
    shop.fails = True
    subject = in_bucket(0.5, 1)

    assert flags.of(subject).read(COLOUR) == "red"

    shop.fails = False
    assert flags.of(subject).read(COLOUR) == "green"
    flags.flush()
    assert len(shop.told) == 1


def test_whoever_may_have_been_held_out_is_held_out_while_nobody_can_say() -> None:
    hold = {**TRIAL, "key": "hold", "variations": ["held", "free"]}
    shop = opened(Shop())
    features = {
        "holdout:hold": {"defaultValue": "free", "rules": [hold]},
        "shop.colour": {
            "defaultValue": "red",
            "rules": [
                {
                    "parentConditions": [{"id": "holdout:hold", "condition": {"value": "held"}}],
                    "force": "red",
                },
                {"force": "green"},
            ],
        },
    }
    shop.definitions = Definitions(2, features, None, frozenset({"hold"}), frozenset({"hold"}))
    flags.refresh()
    shop.fails = True

    assert flags.of(in_bucket(0.5, 1)).read(COLOUR) == "red"


def test_a_rule_that_cannot_be_read_leaves_the_default() -> None:
    opened(
        Shop(**{"shop.colour": {"defaultValue": "green", "rules": [{**TRIAL, "filters": [{"seed": "x"}]}]}})
    )

    assert flags.of(somebody()).read(COLOUR) == "red"


@pytest.mark.database
def test_nobody_waits_twice_for_one_who_does_not_answer() -> None:
    """The first look may take its time; then it is known that nobody answers."""
    shop = Shop()
    shop.fails = True
    flags.connect(source(shop, follows=True))
    flags.of(somebody())

    began = time.monotonic()
    flags.of(somebody())

    assert time.monotonic() - began < keeping.FIRST_SECONDS


@pytest.mark.database
def test_what_is_followed_is_known_and_told_without_being_asked() -> None:
    shop = Shop(**{"shop.colour": {"defaultValue": "red", "rules": [TRIAL]}})
    flags.connect(source(shop, follows=True))

    assert flags.of(in_bucket(0.5, 1)).read(COLOUR) == "green"

    until = time.monotonic() + 10
    while not shop.told and time.monotonic() < until:
        time.sleep(0.05)
    assert [seen.variation for seen in shop.told] == ["new"]


def test_what_they_had_is_asked_once_and_only_of_experiments_that_changed() -> None:
    shop = opened(Shop(**{"shop.colour": {"defaultValue": "red", "rules": [TRIAL]}}))
    subject = somebody()
    flags.of(subject)
    assert shop.asked == []

    shop.change({"shop.colour": {"defaultValue": "red", "rules": [TRIAL]}}, "colours")
    for _ in range(3):
        flags.of(subject)

    assert shop.asked == [[str(subject.customer_id)]]


@pytest.mark.database
def test_flags_are_read_before_a_transaction_is_opened() -> None:
    with db.transaction(owner="experiments"), pytest.raises(CallInTransaction):
        flags.of(somebody())


def test_many_threads_tell_everybody_once() -> None:
    shop = opened(Shop(**{"shop.colour": {"defaultValue": "red", "rules": [TRIAL]}}))
    subjects = [somebody() for _ in range(200)]

    def read() -> None:
        for subject in subjects:
            flags.of(subject).read(COLOUR)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    flags.flush()

    assert len(shop.told) == len({seen.unit for seen in shop.told}) == 200


def test_a_flag_is_declared_one_way_and_named_by_its_module() -> None:
    declared = flags.declare("tests.once", default=1, says="once")
    assert flags.declare("tests.once", default=1, says="once") == declared
    with pytest.raises(ValueError, match="twice"):
        flags.declare("tests.once", default=2, says="once")
    with pytest.raises(ValueError, match=r"module\.name"):
        flags.declare("once", default=1, says="once")


# The published cases of GrowthBook's specification 0.7 (`hash` in its SDKs' cases.json).
@pytest.mark.parametrize(
    ("seed", "value", "version", "bucket"),
    [
        ("", "a", 1, 0.22),
        ("", "b", 1, 0.077),
        ("b", "a", 1, 0.946),
        ("ef", "d", 1, 0.652),
        ("seed", "a", 2, 0.0505),
        ("seed", "b", 2, 0.2696),
        ("foo", "ab", 2, 0.2575),
        ("foo", "def", 2, 0.2019),
        ("89123klj", "8952klfjas09ujkasdf", 2, 0.124),
        ("90850943850283058242805", "123", 2, 0.7516),
        ("abc", "def", 99, None),
    ],
)
def test_buckets_are_those_of_the_specification(
    seed: str, value: str, version: int, bucket: float | None
) -> None:
    assert gbhash(seed, value, version) == bucket
