"""What other modules may ask of notifications: what a customer wants to hear, and on which devices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, Interface, command, query


class Switch(DTO):
    """Whether messages of a kind come by a channel; one that is `fixed` cannot be changed."""

    on: bool
    fixed: bool = False


class KindView(DTO):
    """A kind of message and the channels it can come by; None for one it never comes by."""

    code: str
    title: str
    email: Switch | None = None
    push: Switch | None = None


class BrowserView(DTO):
    """A browser that messages are sent to; `name` is what its owner's page called it, maybe nothing."""

    id: UUID
    name: str
    endpoint: str
    created_at: datetime


class Choices(DTO):
    """What a customer has chosen. `language` is a tag of `languages`, or empty: as the order's region says.
    `push_public_key` is what a browser subscribes with, empty where nothing can be sent to browsers."""

    language: str
    languages: tuple[str, ...]
    kinds: tuple[KindView, ...]
    browsers: tuple[BrowserView, ...]
    push_public_key: str


class PushSubscription(DTO):
    """As browsers write it (W3C Push API); the keys in base64url (RFC 8291)."""

    endpoint: str
    p256dh: str
    auth: str


class EndpointRefused(DomainError, code="endpoint_refused", status=422):
    """Nothing can be sent to this address."""

    detail = "{reason}"
    reason: str


class TooManyEndpoints(DomainError, code="too_many_endpoints", status=409):
    """There are enough of them."""

    detail = "You have {most} already; remove one first."
    most: int


class EndpointUnknown(DomainError, code="endpoint_unknown", status=404):
    """There is no such browser or webhook."""

    detail = "You have none with this id."


class LanguageUnknown(DomainError, code="language_unknown", status=422):
    """There are no messages in this language."""

    detail = "Choose one of {known}, or none: then messages come as the region of the order speaks."
    known: str


class Notifications(Interface, module="notifications", version=1):
    """What customers hear of their orders, in which language, and on which devices."""

    @query(timeout=0.5)
    def choices(self, *, customer_id: UUID) -> Choices:
        """What this customer has chosen, with every kind there is."""
        ...

    @command(timeout=2.0, errors=(LanguageUnknown,))
    def choose(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        language: str,
        unwanted: tuple[str, ...],
        unwanted_push: tuple[str, ...],
    ) -> None:
        """Kinds that are `unwanted` do not come at all, those in `unwanted_push` not to browsers. What is
        fixed stays as it is, and a kind that is none is passed over."""
        ...

    @command(timeout=2.0, errors=(EndpointRefused, TooManyEndpoints))
    def add_browser(
        self, *, key: CommandKey, customer_id: UUID, subscription: PushSubscription, name: str = ""
    ) -> UUID:
        """Have messages sent to this browser from now on; its id. One that was another customer's is theirs
        no more."""
        ...

    @command(timeout=2.0, errors=(EndpointUnknown,))
    def remove_browser(self, *, key: CommandKey, customer_id: UUID, browser_id: UUID) -> None:
        """Nothing is sent to it any more."""
        ...
