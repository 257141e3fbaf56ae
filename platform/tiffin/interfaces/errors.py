"""What can go wrong with a call besides what its method declares."""

from __future__ import annotations

from typing import ClassVar

from tiffin.errors import DomainError


class InvalidInterface(TypeError):
    """An interface was declared in a way that could not work remotely; the message says what to change."""


class InvalidProvider(TypeError):
    """A provider does not do what its interface says."""


class CallInTransaction(RuntimeError):
    """A module was called inside an open transaction, which would hold locks for as long as the other takes.

    "After this commits, do that" is an event or a job.
    """


class CallFailed(Exception):
    """A call ended without an answer and without a declared error.

    `method` is the wire name ("rewards.v1.hold"); `reason` is for people who operate, never for customers;
    `code` and `status` are what becomes of it over HTTP.
    """

    code: ClassVar[str] = "call_failed"
    status: ClassVar[int] = 500
    headline: ClassVar[str] = "A call failed"

    def __init__(self, *, method: str = "", reason: str = "", trace_id: str = "") -> None:
        self.method = method
        self.reason = reason
        self.trace_id = trace_id
        super().__init__(f"{method or 'a call'}: {self.headline.lower()}: {reason} (trace {trace_id})")


class ModuleUnavailable(CallFailed):
    """The module could not be reached or did not answer in time; ask again later.

    `maybe_executed` says whether a command may have taken effect all the same: repeating it under the same
    key is harmless, giving up is not.
    """

    code = "module_unavailable"
    status = 503
    headline = "A part of the platform cannot be reached"

    def __init__(
        self, *, maybe_executed: bool, method: str = "", reason: str = "", trace_id: str = ""
    ) -> None:
        self.maybe_executed = maybe_executed
        super().__init__(method=method, reason=reason, trace_id=trace_id)


class ModuleFault(CallFailed):
    """The module failed in a way it did not declare. Its side logged the cause under the trace id."""

    code = "module_fault"
    status = 500
    headline = "A part of the platform failed"


class CommandKeyReused(DomainError, code="command_key_reused", status=422):
    """The key was used for another request."""

    detail = "The key {key} belongs to another request; take a new key for a new request."
    key: str
