"""A JSON Schema of a contract as something that is said on one side and read on the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any]

# Bounds that a reader may set: the smaller, or the larger, is the narrower.
_AT_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_AT_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT = ("pattern", "multipleOf")


class Part(NamedTuple):
    """A schema and the named types of its document."""

    schema: Schema
    types: dict[str, Schema]

    def of(self, schema: Schema) -> Part:
        return Part(schema, self.types)

    @property
    def name(self) -> str:
        """The name of the type it refers to, or nothing."""
        return str(self.schema.get("$ref", "")).rpartition("/")[2]

    def followed(self) -> Part:
        return self.of(self.types[self.name]) if self.name else self

    def options(self) -> list[Part]:
        """What it may be: one part, or those of a union."""
        schema = self.schema
        if "anyOf" in schema:
            return [option for each in schema["anyOf"] for option in self.of(each).options()]
        return [self]

    @property
    def kind(self) -> tuple[Any, ...]:
        """Parts of one kind may be read as each other, if their insides can."""
        schema = self.followed().schema
        if "enum" in schema or "const" in schema:
            return ("enum",)
        if "properties" in schema:
            return ("struct", _tag(schema))
        if schema.get("type") == "object":
            return ("dict",)
        if schema.get("type") == "array":
            return ("array", "prefixItems" in schema)
        return ("plain", schema.get("type"), schema.get("format"), schema.get("contentEncoding"))

    def reads(self, said: Part) -> bool:
        """Whether what `said` says is of a kind that is read here. A whole number is not read as any number:
        a large one would arrive as another."""
        return self.kind == said.kind

    def bounds_within(self, said: Part) -> Iterator[str]:
        """The bounds by which this refuses what `said` allows."""
        mine, theirs = self.schema, said.schema
        for name in (*_AT_LEAST, *_AT_MOST, *_EXACT):
            if name not in mine or mine[name] == theirs.get(name):
                continue
            limit, other = mine[name], theirs.get(name)
            loose = name not in _EXACT and other is not None
            if not (loose and (other >= limit if name in _AT_LEAST else other <= limit)):
                yield f"{name} {limit}"

    @property
    def properties(self) -> dict[str, Schema]:
        return dict(self.schema.get("properties", {}))

    @property
    def required(self) -> set[str]:
        return set(self.schema.get("required", ()))

    @property
    def members(self) -> set[Any]:
        """Of an enumeration."""
        return set(self.schema["enum"] if "enum" in self.schema else [self.schema["const"]])

    @property
    def is_open(self) -> bool:
        return bool(self.schema.get("x-open"))

    def inside(self) -> dict[str, Part]:
        """The parts of an array or a dict, by how they are called in a path."""
        schema = self.schema
        found = {f"[{at}]": each for at, each in enumerate(schema.get("prefixItems", ()))}
        found |= {"[]": schema["items"]} if schema.get("items") else {}
        found |= {"[key]": schema["propertyNames"]} if schema.get("propertyNames") else {}
        found |= {"[value]": schema["additionalProperties"]} if schema.get("additionalProperties") else {}
        return {path: self.of(each) for path, each in found.items() if isinstance(each, dict)}

    def __str__(self) -> str:
        return " or ".join(_said(option) for option in self.options())


def _tag(schema: Schema) -> Any:
    """What tells a struct of a union from the others, as msgspec writes it."""
    tag = schema["properties"].get("type", {})
    return tag.get("enum", [None])[0] if len(tag.get("enum", ())) == 1 else None


def _said(part: Part) -> str:
    if part.name:
        return part.name
    schema = part.schema
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if schema.get("type") == "array":
        return f"list of {part.of(schema['items'])}" if schema.get("items") else "tuple"
    words = {"null": "nothing", "object": "dict", "integer": "whole number"}
    kind = str(schema.get("type", "anything"))
    return str(schema.get("format") or words.get(kind, kind))
