"""What an interface promises, as data: for `contracts/`, for documentation, and for the map of modules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import inspect as shapes

from tiffin.errors import DomainError
from tiffin.interfaces.contracts import Contract, Method
from tiffin.interfaces.declaring import Interface
from tiffin.interfaces.errors import CommandKeyReused
from tiffin.interfaces.registry import contract_of
from tiffin.interfaces.types import OpenEnum


def describe(interface: type[Interface]) -> dict[str, Any]:
    """Methods, parameters, answers and errors of `interface`, each type as JSON Schema.

    Schemas refer to `#/types/…` of the same document. Everything in it is plain JSON, in a stable order.
    """
    contract = contract_of(interface)
    shapes = [shape for method in contract.methods.values() for shape in _types(method)]
    schemas, types = schemas_of(shapes)
    remaining = iter(schemas)
    methods = {
        name: _method(method, [next(remaining) for _ in _types(method)], types)
        for name, method in contract.methods.items()
    }
    # What the kernel made for one method has been shown there.
    for method in contract.methods.values():
        for shape in (method.arguments, *(error.fields for error in _errors(method))):
            types.pop(shape.__name__, None)
    described = _header(contract) | {"methods": methods, "types": dict(sorted(types.items()))}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(described))  # defaults may be structs
    return plain


def schemas_of(annotations: Sequence[Any]) -> tuple[tuple[dict[str, Any], ...], dict[str, dict[str, Any]]]:
    """Each type as JSON Schema, and the types they name. An enumeration that may grow says `x-open`."""
    schemas, types = msgspec.json.schema_components(annotations, ref_template="#/types/{name}")
    for name in open_enums(annotations):
        types[name]["x-open"] = True
    return schemas, types


def open_enums(annotations: Iterable[Any]) -> set[str]:
    """The names of the enumerations whose readers know UNKNOWN, among all that the types are made of."""
    found: set[str] = set()
    seen: set[type] = set()
    open_ends: list[shapes.Type] = [shapes.type_info(each) for each in annotations]
    while open_ends:
        shape = open_ends.pop()
        cls = getattr(shape, "cls", None)
        if cls in seen:
            continue
        if cls is not None:
            seen.add(cls)
            if issubclass(cls, OpenEnum) and "UNKNOWN" in cls.__members__:
                found.add(cls.__name__)
        open_ends += [field.type for field in getattr(shape, "fields", ())]
        open_ends += [*getattr(shape, "types", ()), *getattr(shape, "item_types", ())]
        inner = (getattr(shape, name, None) for name in ("type", "item_type", "key_type", "value_type"))
        open_ends += [each for each in inner if isinstance(each, shapes.Type)]
    return found


def _header(contract: Contract) -> dict[str, Any]:
    return {
        "interface": contract.wire_name,
        "module": contract.module,
        "version": contract.version,
        "title": contract.title,
    }


def _types(method: Method) -> list[Any]:
    """The types of a method in the order in which `_method` takes their schemas."""
    return [method.arguments, method.answer, *(error.fields for error in _errors(method))]


def _errors(method: Method) -> list[type[DomainError]]:
    """What the method declares itself; CommandKeyReused comes with every command."""
    return [error for error in method.errors.values() if error is not CommandKeyReused]


def _method(method: Method, schemas: list[Any], types: dict[str, Any]) -> dict[str, Any]:
    arguments, answer, *data = schemas
    described = {
        "kind": method.kind.value,
        "timeout_seconds": method.timeout_seconds,
        "title": method.doc,
        "parameters": _inline(arguments, types),
        "answer": answer,
        "errors": {
            error.code: _error(error, _inline(schema, types))
            for error, schema in zip(_errors(method), data, strict=True)
        },
    }
    return (
        described
        | ({"key": "CommandKey"} if method.is_command else {})
        | ({"deprecated": method.deprecated} if method.deprecated else {})
    )


def _error(error: type[DomainError], data: dict[str, Any]) -> dict[str, Any]:
    described = {
        "status": error.status,
        "title": (error.__doc__ or error.__name__).strip().splitlines()[0],
        "detail": error.detail,
        "data": data,
    }
    return described | ({"deprecated": error.deprecated} if error.deprecated else {})


def _inline(schema: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    """The fields of a struct that the kernel made for one method."""
    name = schema["$ref"].rpartition("/")[2]
    found = types.get(name, {})
    return {key: found[key] for key in ("properties", "required") if key in found}
