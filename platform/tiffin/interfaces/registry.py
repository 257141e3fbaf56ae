"""Who offers what in this process."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from tiffin.interfaces.errors import InvalidInterface, InvalidProvider

if TYPE_CHECKING:
    from tiffin.interfaces.contracts import Contract, Method
    from tiffin.interfaces.declaring import Interface

Provider = TypeVar("Provider", bound="type[Interface]")

_interfaces: dict[str, type[Interface]] = {}
_providers: dict[str, Interface] = {}


def contract_of(interface: type[Interface]) -> Contract:
    return interface._contract


def declare(interface: type[Interface]) -> None:
    """Note a new interface. Raises InvalidInterface when another class has its wire name."""
    contract = contract_of(interface)
    known = _interfaces.get(contract.wire_name)
    if known is not None and contract_of(known).declared_in != contract.declared_in:
        raise InvalidInterface(f"{contract.wire_name} is declared by {contract_of(known).declared_in} too")
    _interfaces[contract.wire_name] = interface


def find_method(interface: str, name: str) -> Method | None:
    """The method by its wire names, or None."""
    cls = _interfaces.get(interface)
    return contract_of(cls).methods.get(name) if cls is not None else None


def provider_of(interface: str) -> Interface | None:
    """What stands behind an interface here, by its wire name, or None."""
    return _providers.get(interface)


def provides(interface: type[Interface]) -> Callable[[Provider], Provider]:
    """Put the decorated class behind `interface`: one instance of it answers every call in this process.

    Raises InvalidProvider when a method is missing or has another signature.
    """

    def register(provider: Provider) -> Provider:
        wire_name = contract_of(interface).wire_name
        known = _providers.get(wire_name)
        if known is not None and _name(type(known)) != _name(provider):
            raise InvalidProvider(f"{wire_name} is provided by {_name(type(known))} already")
        _check_provider(interface, provider)
        _providers[wire_name] = provider()
        return provider

    return register


@contextmanager
def provided(interface: type[Interface], by: Interface) -> Iterator[None]:
    """Let `by` answer for `interface` within the block. For tests: a stand-in speaks the same bytes."""
    wire_name = contract_of(interface).wire_name
    before = _providers.get(wire_name)
    _check_provider(interface, type(by))
    _providers[wire_name] = by
    try:
        yield
    finally:
        if before is None:
            del _providers[wire_name]
        else:
            _providers[wire_name] = before


def _check_provider(interface: type[Interface], provider: type) -> None:
    if not issubclass(provider, interface):
        raise InvalidProvider(f"{provider.__name__} must derive from {interface.__name__}")
    for name in contract_of(interface).methods:
        promised, given = getattr(interface, name), getattr(provider, name)
        if given is promised:
            raise InvalidProvider(f"{provider.__name__} does not implement {name}")
        if _signature(given) != _signature(promised):
            raise InvalidProvider(
                f"{provider.__name__}.{name}{inspect.signature(given)} "
                f"is not {interface.__name__}.{name}{inspect.signature(promised)}"
            )


def _signature(function: Callable[..., Any]) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters.values()
    signature: dict[str, Any] = {each.name: (each.kind, each.default) for each in parameters}
    try:
        return signature | {"types": get_type_hints(function, include_extras=True)}
    except NameError as error:
        raise InvalidProvider(f"{function.__qualname__}: {error}; import its types at run time") from error


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
