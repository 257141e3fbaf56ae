"""E-mail by Django's mail (RFC 5322): text and HTML, an id that tells repeats apart, a way out (RFC 8058)."""

from __future__ import annotations

import smtplib
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from modules.notifications.channels.outcomes import NotNow, Refused
from modules.notifications.wording import Written

_PERMANENT = 500
# The server does not take us, whatever the message and whoever it is for.
_OURS = (
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
)


def connection() -> BaseEmailBackend:
    """One for a batch."""
    opened: BaseEmailBackend = get_connection()
    return opened


def send(over: BaseEmailBackend, *, message_id: UUID, to: str, written: Written) -> str:
    """Hand it over; the Message-ID it has. Raises NotNow, and Refused for what bounces at once."""
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
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = min(code for code, _ in error.recipients.values())
        raise (Refused if code >= _PERMANENT else NotNow)(f"the mailbox does not take it: {code}") from None
    except _OURS as error:
        raise NotNow(f"{type(error).__name__} {error.smtp_code}") from None
    except smtplib.SMTPResponseException as error:
        # Without what the server said, which may name the mailbox.
        raise (Refused if error.smtp_code >= _PERMANENT else NotNow)(f"SMTP {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotNow(type(error).__name__) from None
    return name
