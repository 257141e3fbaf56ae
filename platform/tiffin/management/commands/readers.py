"""`manage.py readers`: who reads our logs from other deployables, and letting go of one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tiffin.models import LogReader


class Command(BaseCommand):
    help = "List the readers of this deployable's logs that are elsewhere. --forget lets go of one for good."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forget", metavar="SUBSCRIBER", help="a reader that will not come back")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["forget"]:
            self._forget(options["forget"])
            return
        for module in settings.TIFFIN_MODULES:
            for reader in LogReader.objects.using(module).order_by("subscriber"):
                self.stdout.write(
                    f"{reader.subscriber} reads {module} from {reader.day or 'the beginning'},"
                    f" told so at {reader.seen_at:%Y-%m-%d %H:%M:%S} UTC: {', '.join(reader.kinds)}"
                )

    def _forget(self, subscriber: str) -> None:
        forgotten = [
            module
            for module in settings.TIFFIN_MODULES
            if LogReader.objects.using(module).filter(pk=subscriber).delete()[0]
        ]
        if not forgotten:
            raise CommandError(f"No reader is called {subscriber}.")
        self.stdout.write(f"{subscriber} is forgotten by {', '.join(forgotten)}.")
