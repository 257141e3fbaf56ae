"""Any process may be killed at any moment, and all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.faults.storm import Aftermath
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]

Survives = Callable[..., Aftermath]


def test_each_process_is_killed(platform: Platform, survives: Survives) -> None:
    def strike(name: str) -> None:
        platform.await_restart(name, platform.kill(name))

    survives({name: partial(strike, name) for name in ("worker", "beat", "web", "stream")})


def test_everything_is_killed_at_once(platform: Platform, survives: Survives) -> None:
    def strike() -> None:
        platform.kill_everything()
        platform.start_again()

    survives({"everything": strike})


@pytest.fixture(scope="module")
def split_off() -> Iterator[Platform]:
    """A platform of its own whose payments run elsewhere."""
    with whole_platform("split-off", ("--elsewhere", "payments"), durable=True) as other:
        yield other


def _strike_payments(split_off: Platform, *names: str) -> None:
    former = {name: split_off.kill(f"payments-{name}") for name in names}
    for name, pid in former.items():
        split_off.await_restart(f"payments-{name}", pid)


def test_a_process_elsewhere_is_killed(split_off: Platform, survives: Survives) -> None:
    survives({name: partial(_strike_payments, split_off, name) for name in ("web", "worker")}, on=split_off)


def test_a_module_elsewhere_is_killed(split_off: Platform, survives: Survives) -> None:
    names = ("web", "worker", "beat", "postgres")
    survives({"payments": partial(_strike_payments, split_off, *names)}, on=split_off)
