"""E-mail by Django's mail (RFC 5322): text and HTML, an id that tells repeats apart, a way out (RFC 8058)."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from modules.notifications.channels.outcomes import NotNow, Refused, Unreachable
from modules.notifications.wording import Written

_PERMANENT = 500
# The server does not take us, whatever the message and whoever it is for.
_OURS: tuple[type[smtplib.SMTPException], ...] = (
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPServerDisconnected,
)


@contextmanager
def connection() -> Iterator[BaseEmailBackend]:
    """One for a batch: opened by the first that is sent, logged in once, closed at the end."""
    over: BaseEmailBackend = get_connection()
    try:
        yield over
    finally:
        with suppress(OSError):  # what was handed over is handed over
            over.close()


def send(over: BaseEmailBackend, *, message_id: UUID, to: str, written: Written) -> str:
    """Hand it over; the Message-ID it has. Raises NotNow, Unreachable, and Refused for what
    bounces at once."""
    sender = settings.DEFAULT_FROM_EMAIL
    name = f"<{message_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    headers = {"Message-ID": name, "Auto-Submitted": "auto-generated", "Content-Language": written.language}
    if written.unsubscribe:
        headers["List-Unsubscribe"] = f"<{written.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail = EmailMultiAlternatives(
        written.subject, written.text, sender, [to], headers=headers, connection=over
    )
    mail.attach_alternative(written.html, "text/html")
    try:
        over.open()
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = min(code for code, _ in error.recipients.values())
        raise (Refused if code >= _PERMANENT else NotNow)(f"the mailbox does not take it: {code}") from None
    except _OURS as error:
        said = getattr(error, "smtp_code", "")
        raise Unreachable(f"{type(error).__name__} {said}".rstrip()) from None
    except smtplib.SMTPResponseException as error:
        # Without what the server said, which may name the mailbox.
        raise (Refused if error.smtp_code >= _PERMANENT else NotNow)(f"SMTP {error.smtp_code}") from None
    except smtplib.SMTPException as error:
        raise NotNow(type(error).__name__) from None
    except OSError as error:
        raise Unreachable(type(error).__name__) from None
    return name
