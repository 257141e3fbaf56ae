"""Sending, each channel by itself: a slow webhook keeps no e-mail waiting. A channel whose other side is
often slow has a second row, by which another worker sends beside the first."""

from __future__ import annotations

from datetime import timedelta

from modules.notifications.kinds import Channel
from modules.notifications.services import TAKEN_FOR, forget_messages, send_due
from tiffin.jobs import every

OFTEN = timedelta(seconds=5)


@every("send_emails", pause=OFTEN, lease=TAKEN_FOR)
@every("send_emails_beside", pause=OFTEN, lease=TAKEN_FOR)
def send_emails() -> None:
    send_due(Channel.EMAIL)


@every("send_pushes", pause=OFTEN, lease=TAKEN_FOR)
def send_pushes() -> None:
    send_due(Channel.PUSH)


@every("send_webhooks", pause=OFTEN, lease=TAKEN_FOR)
@every("send_webhooks_beside", pause=OFTEN, lease=TAKEN_FOR)
def send_webhooks() -> None:
    send_due(Channel.WEBHOOK)


@every("forget_messages", pause=timedelta(hours=1))
def forget() -> None:
    forget_messages()
