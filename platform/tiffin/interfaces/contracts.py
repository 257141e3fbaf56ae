"""An interface as it runs: each method with its codecs, made once, when they are first needed: most processes
call few of the methods that they know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

import msgspec

from tiffin.errors import DomainError
from tiffin.interfaces.awareness import Check, awareness_check

# Deterministic, so that the same request under the same key has the same bytes.
encode = msgspec.msgpack.Encoder(order="deterministic").encode


class Kind(Enum):
    """A query changes nothing and may be repeated; a command is repeated under its key; an action changes
    something, keeps nothing of the call, and is sent once."""

    QUERY = "query"
    COMMAND = "command"
    ACTION = "action"


class UndeclaredError(Exception):
    """An answer names an error that the method does not declare."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What `@query`, `@command` and `@action` say about a method."""

    kind: Kind
    timeout_seconds: float
    errors: tuple[type[DomainError], ...]
    deprecated: str = ""


class Method:
    """One method of an interface, and how its arguments, answers and errors become bytes and come back."""

    def __init__(
        self,
        *,
        module: str,
        version: int,
        name: str,
        promise: Promise,
        doc: str,
        arguments: type[msgspec.Struct],
        answer: Any,
    ) -> None:
        self.module = module
        self.interface = f"{module}.v{version}"
        self.name = name
        self.wire_name = f"{self.interface}.{name}"
        # Keys hold across versions: a caller that moves to v2 between two tries must not execute twice.
        self.scope = f"{module}.{name}"
        self.is_command = promise.kind is Kind.COMMAND
        self.kind = promise.kind
        self.writes = promise.kind is not Kind.QUERY
        self.timeout_seconds = promise.timeout_seconds
        self.deprecated = promise.deprecated
        self.errors = {error.code: error for error in promise.errors}
        self.doc = doc
        self.arguments = arguments
        self.answer = answer

    @cached_property
    def _argument_decoder(self) -> msgspec.msgpack.Decoder[Any]:
        return msgspec.msgpack.Decoder(self.arguments)

    @cached_property
    def _answer_decoder(self) -> msgspec.msgpack.Decoder[Any]:
        return msgspec.msgpack.Decoder(self.answer)

    @cached_property
    def _error_decoders(self) -> dict[str, msgspec.msgpack.Decoder[Any]]:
        return {code: msgspec.msgpack.Decoder(error.fields) for code, error in self.errors.items()}

    @cached_property
    def _check_arguments(self) -> Check | None:
        return awareness_check(self.arguments)

    @cached_property
    def _check_answer(self) -> Check | None:
        return awareness_check(self.answer)

    def declares(self, error: DomainError) -> bool:
        return self.errors.get(error.code) is type(error)

    def write_arguments(self, arguments: dict[str, Any]) -> bytes:
        """Raises TypeError for a missing or unknown argument, or one that cannot be encoded."""
        return encode(self.arguments(**arguments))

    def read_arguments(self, payload: bytes) -> dict[str, Any]:
        """Raises msgspec.ValidationError or NaiveTime."""
        arguments = self._argument_decoder.decode(payload)
        if self._check_arguments is not None:
            self._check_arguments(arguments)
        return msgspec.structs.asdict(arguments)

    def read_answer(self, payload: bytes) -> Any:
        """Raises msgspec.ValidationError or NaiveTime."""
        answer = self._answer_decoder.decode(payload)
        if self._check_answer is not None:
            self._check_answer(answer)
        return answer

    def write_error(self, error: DomainError) -> bytes:
        """The error's data, read back once: what cannot be read must not be stored."""
        payload = encode(error.data)
        self.read_error(error.code, payload)
        return payload

    def read_error(self, code: str, payload: bytes) -> DomainError:
        """Raises UndeclaredError or msgspec.ValidationError."""
        if code not in self.errors:
            raise UndeclaredError(f"{self.wire_name} does not declare {code}")
        data = self._error_decoders[code].decode(payload)
        return self.errors[code](**msgspec.structs.asdict(data))


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What an interface class promises, by the names that travel."""

    module: str
    version: int
    title: str
    declared_in: str
    methods: Mapping[str, Method]

    @property
    def wire_name(self) -> str:
        return f"{self.module}.v{self.version}"
