"""`manage.py replay SUBSCRIBER`: have a rebuildable subscriber read everything again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tiffin.log.pages import FeedUnavailable
from tiffin.log.replaying import CannotReplay, replay
from tiffin.log.subscribers import subscriber, subscribers


class Command(BaseCommand):
    help = "Reset a rebuildable subscriber and let it read its producers' logs from the beginning."

    def add_arguments(self, parser: CommandParser) -> None:
        able = ", ".join(s.name for s in subscribers() if s.rebuildable)
        parser.add_argument("subscriber", help=f"one of: {able}")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            replay(subscriber(options["subscriber"]))
        except (CannotReplay, FeedUnavailable, LookupError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['subscriber']} begins again; the worker reads on at once.")
