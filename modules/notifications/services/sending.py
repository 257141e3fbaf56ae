"""Sending what is due: taken in batches that nobody else takes, tried again later, given up quietly."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from modules.identity.interface import Identity
from modules.notifications.channels import email, push, webhook
from modules.notifications.channels.outcomes import Gone, NotNow, Refused, Unreachable
from modules.notifications.kinds import KINDS, TRIED_FOR, Channel
from modules.notifications.models import Browser, Message, Preference, State, Webhook
from modules.notifications.selectors import language_of, link_of, written
from modules.notifications.services.advertising import ad_for, tell_mailed
from tiffin import clock, db
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call

log = structlog.get_logger(__name__)

AT_ONCE = 50
BUDGET_SECONDS = 20.0
# Whoever takes messages and dies leaves them to others after this time. Nobody alive takes so long: the
# budget, and a message under way as it ends: for an e-mail a dozen exchanges of EMAIL_TIMEOUT at most.
TAKEN_FOR = timedelta(minutes=3)
# Whoever is back after an outage has what waited within the hour.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)

# Sends one message to its target and answers what the carrier calls it; None where there is no target.
Send = Callable[[Message, Preference], str | None]
_CHANGING = ("state", "due", "attempts", "language", "provider_id", "cause", "sent_at")


def send_due(channel: Channel) -> None:
    """Send what is due by this channel, for a while. Nothing that one message does keeps others waiting."""
    until = time.monotonic() + BUDGET_SECONDS
    while time.monotonic() < until and (messages := _take(channel)):
        _send_batch(channel, messages, until)


def send_again(*, message_id: UUID) -> None:
    """Somebody wants it sent once more, whatever became of it."""
    with db.transaction():
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.state != State.WAITING:
            message.move_to(State.WAITING)
        message.due, message.attempts, message.cause = clock.now(), 0, ""
        message.created_at = clock.now()
        message.save(update_fields=("state", "due", "attempts", "cause", "created_at"))


def _take(channel: Channel) -> list[Message]:
    now = clock.now()
    with db.transaction():
        due = Message.objects.filter(channel=channel.value, state=State.WAITING, due__lte=now).order_by("due")
        messages = list(due.select_for_update(skip_locked=True)[:AT_ONCE])
        for message in messages:
            message.due, message.attempts = now + TAKEN_FOR, message.attempts + 1
        db.update(*messages, fields=("due", "attempts"))
    return messages


def _send_batch(channel: Channel, messages: Sequence[Message], until: float) -> None:
    """What time does not suffice for is given back, so that none is still ours when others may take it."""
    preferences = Preference.objects.in_bulk({each.customer_id for each in messages})
    with _SENDERS[channel](messages) as sender:
        send = _silent_once(sender)
        for message in messages:
            if time.monotonic() < until:
                _settle(message, send, preferences.get(message.customer_id) or Preference())
            else:
                message.due, message.attempts = clock.now(), message.attempts - 1
        db.update(*messages, fields=_CHANGING)


def _silent_once(send: Send) -> Send:
    """Whoever does not answer is waited for once in a batch: the rest of theirs is put off untried."""
    silent: dict[str, str] = {}

    def send_unless_silent(message: Message, preference: Preference) -> str | None:
        if message.target in silent:
            raise NotNow(silent[message.target])
        try:
            return send(message, preference)
        except Unreachable as unreachable:
            silent[message.target] = str(unreachable)
            raise

    return send_unless_silent


def _settle(message: Message, send: Send, preference: Preference) -> None:
    """What becomes of it; a template that is broken or a target that is strange is this message's own end."""
    if not _is_wanted(message, preference):
        _end(message, State.DROPPED, "the customer does not want it")
        return
    if clock.now() > _until(message):
        _end(message, State.FAILED, f"too late: {message.cause}")
        return
    try:
        provider_id = send(message, preference)
    except NotNow as later:
        _later(message, str(later))
    except Refused as refused:
        _end(message, State.FAILED, str(refused))
    except Gone as gone:
        _forget_target(message)
        _end(message, State.DROPPED, str(gone))
    except (ModuleUnavailable, ModuleFault) as error:
        _later(message, type(error).__name__)
    except Exception as error:
        log.exception("message_broken", message=str(message.id), kind=message.kind)
        _end(message, State.FAILED, repr(error))
    else:
        if provider_id is None:
            _end(message, State.DROPPED, "there is nobody to send it to")
            return
        _end(message, State.SENT, "")
        message.provider_id, message.sent_at = provider_id[:200], clock.now()


def _is_wanted(message: Message, preference: Preference) -> bool:
    if message.channel == Channel.PUSH.value and message.kind in preference.unwanted_push:
        return False
    kind = KINDS.get(message.kind)  # None: another version's, of which sending says what is wrong
    return kind is None or kind.essential or message.kind not in preference.unwanted


def _later(message: Message, cause: str) -> None:
    due = clock.now() + _pause(message.attempts)
    if due > _until(message):
        _end(message, State.FAILED, cause)
        return
    message.due, message.cause = due, cause[:500]


def _until(message: Message) -> datetime:
    """When it is given up."""
    return message.created_at + TRIED_FOR[Channel(message.channel)]


def _pause(attempts: int) -> timedelta:
    """Twice as long after each, up to the longest."""
    times = 1 << min(attempts - 1, int(LONGEST_PAUSE / FIRST_PAUSE).bit_length())
    return min(FIRST_PAUSE * times, LONGEST_PAUSE)


def _end(message: Message, state: State, cause: str) -> None:
    message.move_to(state)
    message.cause = cause[:500]


def _forget_target(message: Message) -> None:
    model = Browser if message.channel == Channel.PUSH.value else Webhook
    with db.transaction():
        model.objects.filter(pk=message.target).delete()


# --- by channel ------------------------------------------------------------------------------------


@contextmanager
def _by_email(messages: Sequence[Message]) -> Iterator[Send]:
    """Addresses are asked for now, and are kept nowhere."""
    addresses = _Addresses({each.customer_id for each in messages})
    with email.connection() as over:

        def send(message: Message, preference: Preference) -> str | None:
            to = addresses.of(message.customer_id)
            if not to:
                return None
            message.language = language_of(message, preference)
            ad = ad_for(message, message.language)
            text = written(message, message.language, ad)
            provider_id = email.send(over, message_id=message.id, to=to, written=text)
            if ad is not None:
                tell_mailed(message, ad)
            return provider_id

        yield send


class _Addresses:
    """The e-mail addresses of a batch's customers, asked for once; whoever was forgotten has none."""

    def __init__(self, customers: Iterable[UUID]) -> None:
        self.customers = list(customers)
        self.found: dict[UUID, str] | None = None

    def of(self, customer_id: UUID) -> str:
        """Raises ModuleUnavailable, ModuleFault."""
        if self.found is None:
            accounts = call(Identity).get_many(account_ids=self.customers)
            self.found = {each.account_id: each.email for each in accounts if not each.erased}
        return self.found.get(customer_id, "")


@contextmanager
def _by_push(messages: Sequence[Message]) -> Iterator[Send]:
    browsers = {str(each.pk): each for each in Browser.objects.filter(pk__in=[m.target for m in messages])}

    def send(message: Message, preference: Preference) -> str | None:
        browser = browsers.get(message.target)
        if browser is None or browser.customer_id != message.customer_id:
            return None
        message.language = language_of(message, preference)
        text = written(message, message.language)
        return push.send(browser, message_id=message.id, written=text, link=link_of(message))

    yield send


@contextmanager
def _by_webhook(messages: Sequence[Message]) -> Iterator[Send]:
    webhooks = {str(each.pk): each for each in Webhook.objects.filter(pk__in=[m.target for m in messages])}

    def send(message: Message, preference: Preference) -> str | None:
        found = webhooks.get(message.target)
        if found is None:
            return None
        of_order = {"order_id": str(message.order_id)} if message.order_id else {}
        facts = {**of_order, **message.facts}
        return webhook.send(
            found, message_id=message.id, kind=message.kind, at=message.created_at, facts=facts
        )

    yield send


_SENDERS: dict[Channel, Callable[[Sequence[Message]], AbstractContextManager[Send]]] = {
    Channel.EMAIL: _by_email,
    Channel.PUSH: _by_push,
    Channel.WEBHOOK: _by_webhook,
}
