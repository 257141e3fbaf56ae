"""`manage.py contracts`: write down what the modules promise each other; `--check` compares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tiffin import contract_files


class Command(BaseCommand):
    help = "Write every published interface and event to contracts/, one JSON file each and per module."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; end 1 when a file differs")
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "contracts")

    def handle(self, **options: Any) -> None:
        folder: Path = options["folder"]
        if not options["check"]:
            for name in contract_files.write(folder):
                self.stdout.write(f"changed {name}")
            return
        if names := contract_files.differing(folder):
            told = "\n".join(f"  {folder.name}/{name}" for name in names)
            raise CommandError(f"These are not what the code says; run manage.py contracts:\n{told}")
