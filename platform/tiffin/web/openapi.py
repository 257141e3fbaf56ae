"""The API's description: what every operation has in common, so that views describe only their own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from tiffin.web.catalogue import KERNEL_PROBLEMS
from tiffin.web.problems import CONTENT_TYPE

_OPERATIONS = frozenset({"get", "put", "post", "delete", "patch"})
_PROBLEM_REFERENCE = {"$ref": "#/components/schemas/Problem"}
_INVALID_REFERENCE = {"$ref": "#/components/schemas/InvalidRequest"}

_PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457 problem details; problems with data of their own add members.",
    "required": ["type", "title", "status", "detail", "instance", "code", "trace_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/not_found"]},
        "title": {"type": "string", "examples": ["Not found"]},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string", "description": "A sentence that says what to do."},
        "instance": {"type": "string", "format": "uri-reference"},
        "code": {"type": "string", "description": "Stable; decide by this.", "examples": ["not_found"]},
        "trace_id": {"type": "string", "description": "Tell it to support."},
    },
    "additionalProperties": True,
}
_INVALID_SCHEMA = {
    "allOf": [
        _PROBLEM_REFERENCE,
        {
            "type": "object",
            "properties": {
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["path", "message", "code"],
                        "properties": {
                            "path": {"type": "string", "format": "json-pointer", "examples": ["/lines/0"]},
                            "message": {"type": "string"},
                            "code": {"type": "string", "examples": ["required"]},
                        },
                    },
                }
            },
        },
    ]
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its registration
    """Names TokenAuthentication in the document."""

    target_class = "tiffin.web.auth.TokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token from logging in, good for 15 minutes.",
        }


class ProblemAwareSchema(AutoSchema):
    """Documents the Idempotency-Key of operations that need one; names what a module defines after it, so
    that two modules may each have their own Money or Point."""

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = super().get_override_parameters()
        if getattr(getattr(self.view, self.method.lower(), None), "requires_idempotency_key", False):
            parameters = [*parameters, _KEY_PARAMETER]
        return parameters

    def get_tags(self) -> list[str]:
        return [_module_of(self.view) or "platform"]

    def _get_serializer_name(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> str:
        name: str = super()._get_serializer_name(serializer, direction, bypass_extensions)
        module = _module_of(serializer)
        return name if not module or name.startswith(module.title()) else f"{module.title()}{name}"


def _module_of(thing: object) -> str:
    """The module in whose package a class, or the class of `thing`, stands; or nothing."""
    parts = (thing if isinstance(thing, type) else type(thing)).__module__.split(".")
    return parts[1] if parts[0] == "modules" else ""


_KEY_PARAMETER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Your name for this request, such as a UUID. Repeat it when you repeat the request: it takes "
    "effect once and the same answer comes back, for 7 days.",
)


def document_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: every operation says which problems it can answer with."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(Problem=_PROBLEM_SCHEMA, InvalidRequest=_INVALID_SCHEMA)
    components["responses"] = {
        **components.get("responses", {}),
        **{str(status): _response(status) for status in _statuses()},
    }
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            if method in _OPERATIONS:
                _add_problems(path, operation)
    return result


def _add_problems(path: str, operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    for status in sorted(_possible(path, operation)):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{status}"})


def _possible(path: str, operation: dict[str, Any]) -> set[int]:
    statuses = {429, 500, 503}
    security = operation.get("security", [])
    if any(security):
        statuses |= {401}
    if any(security) and {} not in security:
        statuses |= {403}
    if "{" in path:
        statuses |= {404}
    if "requestBody" in operation:
        statuses |= {400, 413, 415, 422}
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "Idempotency-Key" in names:
        statuses |= {400, 409, 422}
    return statuses


def _statuses() -> list[int]:
    return sorted({problem.status for problem in KERNEL_PROBLEMS.values()})


def _response(status: int) -> dict[str, Any]:
    codes = [problem for problem in KERNEL_PROBLEMS.values() if problem.status == status]
    schema = _INVALID_REFERENCE if status == 422 else _PROBLEM_REFERENCE
    return {
        "description": "; ".join(f"`{problem.code}`: {problem.title}" for problem in codes),
        "content": {CONTENT_TYPE: {"schema": schema}},
    }
