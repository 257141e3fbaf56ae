"""The API's description: what every operation has in common, so that views describe only their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema

from tiffin.errors import DomainError
from tiffin.web.catalogue import KERNEL_PROBLEMS
from tiffin.web.problems import CONTENT_TYPE

Method = TypeVar("Method", bound=Callable[..., Any])
# Where an operation keeps what it says of itself until the document is finished.
_REFUSALS, _TAKES_BODY = "x-refusals", "x-takes-body"
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


# Gunicorn answers before anything of ours has seen the request.
_TOO_LONG = {"description": "The address is longer than 4,094 bytes.", "content": {"text/html": {}}}


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


def refuses(*errors: type[DomainError]) -> Callable[[Method], Method]:
    """Decorate a view's method: the document then says with which codes it may refuse."""
    return extend_schema(extensions={_REFUSALS: errors})


class ProblemAwareSchema(AutoSchema):
    """Documents the Idempotency-Key of operations that need one; names what a module defines after it, so
    that two modules may each have their own Money or Point."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """OpenAPI leaves open what the body of a DELETE means, and the generator leaves it out."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None and self.method == "DELETE" and self.get_request_serializer() is not None:
            operation[_TAKES_BODY] = True
        return operation

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
    of_its_own: dict[int, list[type[DomainError]]] = {}
    for error in operation.pop(_REFUSALS, ()):
        of_its_own.setdefault(error.status, []).append(error)
    for status in sorted(_possible(path, operation)):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{status}"})
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", ())):
        responses.setdefault("414", _TOO_LONG)
    for status, errors in sorted(of_its_own.items()):
        responses[str(status)] = _response(status, errors)


def _possible(path: str, operation: dict[str, Any]) -> set[int]:
    statuses = {429, 500, 503}
    security = operation.get("security", [])
    if any(security):
        statuses |= {401}
    if any(security) and {} not in security:
        statuses |= {403}
    if "{" in path:
        statuses |= {404}
    if operation.pop(_TAKES_BODY, False) or "requestBody" in operation:
        statuses |= {400, 413, 415, 422}
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", ())):
        statuses |= {400, 422}
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "cursor" in names:
        statuses |= {404}
    if "Idempotency-Key" in names:
        statuses |= {400, 409, 422}
    return statuses


def _headline(error: type[DomainError]) -> str:
    return (error.__doc__ or error.__name__).strip().splitlines()[0].rstrip(".")


def _statuses() -> list[int]:
    return sorted({problem.status for problem in KERNEL_PROBLEMS.values()})


def _response(status: int, refusals: Iterable[type[DomainError]] = ()) -> dict[str, Any]:
    """What the kernel may answer with this status, and how the operation itself refuses."""
    codes = {problem.code: problem.title for problem in KERNEL_PROBLEMS.values() if problem.status == status}
    codes |= {error.code: _headline(error) for error in refusals}
    schema = _INVALID_REFERENCE if status == 422 else _PROBLEM_REFERENCE
    return {
        "description": "; ".join(f"`{code}`: {title}" for code, title in codes.items()),
        "content": {CONTENT_TYPE: {"schema": schema}},
    }
