"""An interface that could not work remotely cannot be declared."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from typing import Annotated, Any

import msgspec
import pytest
from django.db import models

from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import (
    CommandKey,
    Interface,
    InvalidInterface,
    OpenEnum,
    action,
    command,
    deprecated,
    query,
)
from tiffin.interfaces.awareness import NaiveTime, awareness_check
from tiffin.interfaces.registry import contract_of
from tiffin.interfaces.tests.tally import LimitReached, Tallies
from tiffin.interfaces.types import CannotCross, check_crosses

GIVEN = CommandKey("given")


class Changeable(msgspec.Struct, kw_only=True):
    name: str


class Positional(msgspec.Struct, frozen=True):
    name: str


class Leaky(DTO):
    anything: Any


class Late(DTO):
    """With a part that may be gone after the next release."""

    at: Annotated[datetime | None, deprecated("until")] = None


class LimitToo(DomainError, code="limit_reached"):
    """Another error of a code that is taken."""


class LeakyError(DomainError, code="leaky"):
    """Carries what cannot cross."""

    anything: Any


class Weather(OpenEnum):
    SUN = "sun"
    UNKNOWN = "unknown"


def declare(method: Any, **options: Any) -> type[Interface]:
    options = {"module": "orders", "version": 98} | options
    return type("Refused", (Interface,), {"offer": method}, **options)


def test_a_contract_knows_names_kinds_and_timeouts() -> None:
    contract = contract_of(Tallies)

    assert contract.wire_name == "orders.v99"
    assert contract.methods["add"].wire_name == "orders.v99.add"
    assert contract.methods["add"].is_command
    assert not contract.methods["read"].is_command
    assert [contract.methods[name].kind.value for name in ("add", "read", "ring")] == [
        "command",
        "query",
        "action",
    ]
    assert contract.methods["read"].timeout_seconds == 0.5


@pytest.mark.parametrize(
    "annotation",
    [
        Any,
        object,
        list,
        list[Any],
        dict[str, Any],
        models.Model,
        models.QuerySet,
        Changeable,
        Positional,
        Leaky,
        list[Leaky | None],
        dict[datetime, str],
        msgspec.Raw,
        bytearray,
    ],
)
def test_a_type_that_cannot_cross_is_refused(annotation: Any) -> None:
    def takes(self: Any, *, thing: Any) -> int: ...

    def gives(self: Any) -> Any: ...

    takes.__annotations__ = {"thing": annotation, "return": int}
    gives.__annotations__ = {"return": annotation}

    with pytest.raises(InvalidInterface, match="thing"):
        declare(query(timeout=1)(takes))
    with pytest.raises(InvalidInterface, match="return"):
        declare(query(timeout=1)(gives))


def test_arguments_are_keyword_only_and_typed() -> None:
    def positional(self: Any, name: str) -> int: ...

    def untyped(self: Any, *, name) -> int: ...

    def unanswered(self: Any, *, name: str): ...

    def swallowing(self: Any, **names: str) -> int: ...

    for method, complaint in (
        (positional, "keyword-only"),
        (untyped, "type of name"),
        (unanswered, "type of return"),
        (swallowing, "keyword-only"),
    ):
        with pytest.raises(InvalidInterface, match=complaint):
            declare(query(timeout=1)(method))


def test_commands_alone_take_a_key() -> None:
    def keyless(self: Any, *, name: str) -> int: ...

    def keyed(self: Any, *, key: CommandKey) -> int: ...

    def plain_key(self: Any, *, key: str) -> int: ...

    def optional_key(self: Any, *, key: CommandKey = GIVEN) -> int: ...

    for method in (keyless, plain_key, optional_key):
        with pytest.raises(InvalidInterface, match="key"):
            declare(command(timeout=1)(method))
    for kind in (query, action):
        with pytest.raises(InvalidInterface, match="only a command takes a CommandKey"):
            declare(kind(timeout=1)(keyed))


def test_errors_are_domain_errors_of_different_codes_whose_data_can_cross() -> None:
    def method(self: Any) -> int: ...

    def check(errors: Any, complaint: str) -> None:
        with pytest.raises(InvalidInterface, match=complaint):
            declare(query(timeout=1, errors=errors)(method))

    check((ValueError,), "no DomainError")
    check((LimitReached, LimitToo), "two errors")
    check((LeakyError,), "LeakyError")


def test_every_public_method_says_what_it_is() -> None:
    def unmarked(self: Any) -> int: ...

    with pytest.raises(InvalidInterface, match="@query, @command or @action"):
        declare(unmarked)
    with pytest.raises(InvalidInterface, match="offers nothing"):
        type("Empty", (Interface,), {}, module="orders", version=98)


def test_an_interface_names_module_and_version_once() -> None:
    def method(self: Any) -> int: ...

    marked = query(timeout=1)(method)
    with pytest.raises(InvalidInterface, match="module="):
        declare(marked, module="")
    with pytest.raises(InvalidInterface, match="too"):
        declare(marked, version=99)
    with pytest.raises(InvalidInterface, match="derives from Interface alone"):
        type("Twofold", (Tallies,), {"offer": marked}, module="orders", version=98)
    with pytest.raises(InvalidInterface, match="timeout"):
        declare(query(timeout=0)(method))


def test_a_member_that_readers_do_not_know_reads_as_unknown() -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode("hail"), type=Weather) is Weather.UNKNOWN


def test_interfaces_import_with_django_unconfigured() -> None:
    program = (
        "import modules.orders.interface, sys; from django.conf import settings; print(settings.configured)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "False"


def test_a_deprecated_part_crosses_like_any_other_and_is_held_to_the_same() -> None:
    check_crosses(Late)
    check = awareness_check(Late)
    assert check is not None
    with pytest.raises(NaiveTime):
        check(Late(at=datetime(2026, 1, 1)))  # noqa: DTZ001 - naive is what is refused
    with pytest.raises(CannotCross):
        check_crosses(Annotated[Any, deprecated("nothing")])
