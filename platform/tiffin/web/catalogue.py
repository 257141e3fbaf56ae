"""The problems that the platform itself can answer with, and how to find those that modules declare."""

from __future__ import annotations

from collections.abc import Iterator

from tiffin.dto import DTO
from tiffin.errors import DomainError


class KnownProblem(DTO):
    """What a code means: `status` over HTTP, `title` in a word, `advice` what to do about it."""

    code: str
    status: int
    title: str
    advice: str


_KERNEL = (
    ("bad_request", 400, "Bad request", "The request could not be read; check its form."),
    (
        "malformed_json",
        400,
        "The body is not JSON",
        "Send a JSON document in UTF-8; the members `line` and `column` say where reading stopped.",
    ),
    (
        "idempotency_key_required",
        400,
        "An Idempotency-Key is required",
        "Send a header Idempotency-Key with a value of your own, such as a UUID, of at most 255 characters; "
        "repeat the same value when you repeat the request.",
    ),
    ("invalid_cursor", 400, "The cursor is not valid", "Take `cursor` from a link in an earlier answer."),
    ("not_authenticated", 401, "Not authenticated", "Send an access token: “Authorization: Bearer <token>”."),
    (
        "token_expired",
        401,
        "The access token has expired",
        "Get a new access token with the refresh token, and repeat the request.",
    ),
    (
        "bad_signature",
        401,
        "The message is not signed by this platform",
        "Deployables of one platform share TIFFIN_INTERNAL_KEY.",
    ),
    ("token_invalid", 401, "The access token is not valid", "Log in again."),
    ("not_allowed", 403, "Not allowed", "This account may not do that."),
    ("csrf_failed", 403, "The form has expired", "Reload the page and send the form again."),
    ("not_found", 404, "Not found", "There is nothing here, or it is not yours."),
    ("method_not_allowed", 405, "Method not allowed", "The header Allow names the methods that are."),
    ("not_acceptable", 406, "Not acceptable", "Answers are application/json; accept that."),
    (
        "request_in_progress",
        409,
        "The same request is being worked on",
        "A request with this Idempotency-Key is running; repeat it in a moment to get its answer.",
    ),
    ("body_too_large", 413, "The body is too large", "Send less at once."),
    ("unsupported_media_type", 415, "Unsupported media type", "Send Content-Type: application/json."),
    (
        "invalid_request",
        422,
        "The request is not valid",
        "The member `errors` names each value that is wrong, by JSON pointer, and says why.",
    ),
    (
        "idempotency_key_reused",
        422,
        "The Idempotency-Key belongs to another request",
        "This key has been used with another body; use a new key for a new request.",
    ),
    (
        "card_data_refused",
        422,
        "This looks like the number of a payment card",
        "Nothing of it was kept. Card numbers never come here: give the card to the payment provider's page "
        "or library, and send the token that you get.",
    ),
    ("too_many_requests", 429, "Too many requests", "Wait as long as the header Retry-After says."),
    (
        "internal_error",
        500,
        "Something went wrong on our side",
        "It is recorded under the trace id; repeating the request with the same Idempotency-Key is safe.",
    ),
    (
        "module_fault",
        500,
        "A part of the platform failed",
        "It is recorded under the trace id; repeating the request with the same Idempotency-Key is safe.",
    ),
    (
        "module_unavailable",
        503,
        "A part of the platform cannot be reached",
        "Repeat the request after the time in the header Retry-After, with the same Idempotency-Key.",
    ),
    (
        "database_unavailable",
        503,
        "The data cannot be reached",
        "Repeat the request after the time in the header Retry-After, with the same Idempotency-Key.",
    ),
    (
        "deadline_exceeded",
        503,
        "It took too long",
        "Repeat the request after the time in the header Retry-After, with the same Idempotency-Key.",
    ),
)

KERNEL_PROBLEMS = {
    code: KnownProblem(code=code, status=status, title=title, advice=advice)
    for code, status, title, advice in _KERNEL
}


def all_problems() -> dict[str, KnownProblem]:
    """Every code that this deployable can answer with, the kernel's and those of all loaded modules."""
    declared = {error.code: _describe(error) for error in _declared(DomainError)}
    return dict(sorted({**declared, **KERNEL_PROBLEMS}.items()))


def _declared(base: type[DomainError]) -> Iterator[type[DomainError]]:
    for error in base.__subclasses__():
        yield error
        yield from _declared(error)


def _describe(error: type[DomainError]) -> KnownProblem:
    lines = (error.__doc__ or error.__name__).strip().splitlines()
    advice = " ".join(line.strip() for line in lines[1:] if line.strip()) or error.detail
    return KnownProblem(
        code=error.code, status=error.status, title=lines[0].rstrip("."), advice=advice or lines[0]
    )
