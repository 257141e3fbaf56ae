"""How an interface is declared, and everything that is refused at that moment rather than in a call.

`__init_subclass__` and the three decorators are all the magic there is: they read the class once and keep its
`Contract`; nothing of the class is replaced.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar, get_type_hints

import msgspec

from tiffin.errors import DomainError
from tiffin.interfaces import registry
from tiffin.interfaces.contracts import Contract, Kind, Method, Promise
from tiffin.interfaces.errors import CommandKeyReused, InvalidInterface
from tiffin.interfaces.types import CannotCross, CommandKey, check_crosses

Function = TypeVar("Function", bound=Callable[..., Any])

_PROMISE = "__tiffin_promise__"
_KEY = "key"


class Interface:
    """Base of published interfaces: `class Rewards(Interface, module="rewards", version=1)`.

    Every public method is a `@query`, a `@command` or an `@action`, takes keyword-only arguments and names
    the type of each and of the answer. A class that derives from an interface is a provider of it.
    Raises InvalidInterface when declared otherwise.
    """

    _contract: ClassVar[Contract]

    def __init_subclass__(cls, *, module: str | None = None, version: int | None = None) -> None:
        super().__init_subclass__()
        if module is None and version is None and hasattr(cls, "_contract"):
            return  # a provider
        if cls.__bases__ != (Interface,):
            raise InvalidInterface(f"{cls.__name__}: an interface derives from Interface alone")
        if not module or not version:
            raise InvalidInterface(f'{cls.__name__}: say module="…" and version=1 or higher')
        cls._contract = _read(cls, module=module, version=version)
        registry.declare(cls)


def query(
    *, timeout: float, errors: tuple[type[DomainError], ...] = (), deprecated: str = ""
) -> Callable[[Function], Function]:
    """The method only reads: it may be repeated. `timeout` in seconds; `errors` are its refusals.

    `deprecated` says what to call instead: the method may be gone after the next release.
    """
    return _promising(Promise(kind=Kind.QUERY, timeout_seconds=timeout, errors=errors, deprecated=deprecated))


def command(
    *, timeout: float, errors: tuple[type[DomainError], ...] = (), deprecated: str = ""
) -> Callable[[Function], Function]:
    """The method changes something, once per `key`, which it must take as `key: CommandKey`.

    `timeout` in seconds; `errors` are the refusals it may end with: each is final for its key.
    `deprecated` as for a query.
    """
    errors = (*errors, CommandKeyReused)
    return _promising(
        Promise(kind=Kind.COMMAND, timeout_seconds=timeout, errors=errors, deprecated=deprecated)
    )


def action(
    *, timeout: float, errors: tuple[type[DomainError], ...] = (), deprecated: str = ""
) -> Callable[[Function], Function]:
    """The method changes something, is sent once, and nothing of the call is kept: neither key nor answer.

    For what must not be stored (a password's hash, a token) or is not worth it (a position that fades). Where
    it may be asked again, its own rules say what the second does. The arguments are those of a query.
    """
    return _promising(
        Promise(kind=Kind.ACTION, timeout_seconds=timeout, errors=errors, deprecated=deprecated)
    )


def _promising(promise: Promise) -> Callable[[Function], Function]:
    def mark(function: Function) -> Function:
        function.__dict__[_PROMISE] = promise
        return function

    return mark


def _read(cls: type, *, module: str, version: int) -> Contract:
    methods = {name: _read_method(cls, name, function, module, version) for name, function in _public(cls)}
    if not methods:
        raise InvalidInterface(f"{cls.__name__} offers nothing")
    return Contract(
        module=module,
        version=version,
        title=inspect.cleandoc(cls.__doc__ or ""),
        declared_in=f"{cls.__module__}.{cls.__qualname__}",
        methods=methods,
    )


def _public(cls: type) -> Iterator[tuple[str, Any]]:
    for name, member in vars(cls).items():
        if not name.startswith("_") and not isinstance(member, type):
            yield name, member


def _read_method(cls: type, name: str, function: Any, module: str, version: int) -> Method:
    where = f"{cls.__name__}.{name}"
    promise: Promise | None = getattr(function, _PROMISE, None)
    if not inspect.isfunction(function) or promise is None:
        raise InvalidInterface(f"{where} must be a method marked @query, @command or @action")
    _check_promise(where, promise)
    hints = _hints(where, function)
    parameters = _parameters(where, function, hints)
    _check_key(where, promise, parameters, hints)
    parameters.pop(_KEY, None) if promise.kind is Kind.COMMAND else None
    return Method(
        module=module,
        version=version,
        name=name,
        promise=promise,
        doc=inspect.cleandoc(function.__doc__ or ""),
        arguments=_arguments_struct(f"{cls.__name__}_{name}", parameters, hints),
        answer=_crossing(where, "return", hints),
    )


def _check_promise(where: str, promise: Promise) -> None:
    if promise.timeout_seconds <= 0:
        raise InvalidInterface(f"{where}: the timeout is a number of seconds above zero")
    codes: set[str] = set()
    for error in promise.errors:
        if not (isinstance(error, type) and issubclass(error, DomainError)):
            raise InvalidInterface(f"{where}: {error!r} is no DomainError")
        if error.code in codes:
            raise InvalidInterface(f"{where} declares two errors of the code {error.code}")
        codes.add(error.code)
        _refuse_uncrossable(f"{where}: {error.__name__}", error.fields)


def _hints(where: str, function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except NameError as error:
        raise InvalidInterface(
            f"{where}: {error}; its types are imported when the program runs, and defined above it"
        ) from error


def _parameters(
    where: str, function: Callable[..., Any], hints: dict[str, Any]
) -> dict[str, inspect.Parameter]:
    (_, *rest) = inspect.signature(function).parameters.values() or (None,)
    for parameter in rest:
        if parameter.kind is not parameter.KEYWORD_ONLY:
            raise InvalidInterface(f"{where}: {parameter.name} must be keyword-only (after a *)")
        if parameter.name != _KEY or hints.get(_KEY) is not CommandKey:
            _crossing(where, parameter.name, hints)
    return {parameter.name: parameter for parameter in rest}


def _check_key(
    where: str, promise: Promise, parameters: dict[str, inspect.Parameter], hints: dict[str, Any]
) -> None:
    keys = [name for name in parameters if hints[name] is CommandKey]
    if promise.kind is not Kind.COMMAND and keys:
        raise InvalidInterface(f"{where}: only a command takes a CommandKey")
    if promise.kind is Kind.COMMAND and keys != [_KEY]:
        raise InvalidInterface(f"{where}: a command takes `key: CommandKey`")
    if promise.kind is Kind.COMMAND and parameters[_KEY].default is not inspect.Parameter.empty:
        raise InvalidInterface(f"{where}: the caller must give the key; it has no default")


def _crossing(where: str, name: str, hints: dict[str, Any]) -> Any:
    if name not in hints:
        raise InvalidInterface(f"{where}: say the type of {name}")
    if hints[name] is Any:
        raise InvalidInterface(f"{where}: {name} cannot be Any")
    _refuse_uncrossable(f"{where}: {name}", hints[name])
    return hints[name]


def _refuse_uncrossable(where: str, annotation: Any) -> None:
    try:
        check_crosses(annotation)
    except CannotCross as error:
        raise InvalidInterface(f"{where}: {error}") from error


def _arguments_struct(
    name: str, parameters: dict[str, inspect.Parameter], hints: dict[str, Any]
) -> type[msgspec.Struct]:
    empty = inspect.Parameter.empty
    fields = [
        (each.name, hints[each.name])
        if each.default is empty
        else (each.name, hints[each.name], each.default)
        for each in parameters.values()
    ]
    return msgspec.defstruct(name, fields, frozen=True, kw_only=True)
