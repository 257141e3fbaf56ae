"""`manage.py contracts`: write down what the modules promise each other; `--check` compares, `--release`
makes today's promise the last released one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tiffin import contract_files
from tiffin.compatibility import breaking

ADVICE = "docs/how-to/change-an-interface.md"


class Command(BaseCommand):
    help = "Write every published interface and event to contracts/, one JSON file each and per module."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        form = parser.add_mutually_exclusive_group()
        form.add_argument(
            "--check", action="store_true", help="write nothing; end 1 when a file differs or breaks last/"
        )
        form.add_argument(
            "--release", action="store_true", help="keep today's promise under last/; refused when it breaks"
        )
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "contracts")

    def handle(self, **options: Any) -> None:
        folder: Path = options["folder"]
        if options["check"]:
            self._check(folder)
            return
        for name in contract_files.write(folder):
            self.stdout.write(f"changed {name}")
        if options["release"]:
            _refuse(contract_files.release(folder, settings.BASE_DIR / "modules"))
            self.stdout.write(f"{folder.name}/last is what is promised now")

    def _check(self, folder: Path) -> None:
        if names := contract_files.differing(folder):
            told = "\n".join(f"  {folder.name}/{name}" for name in names)
            raise CommandError(f"These are not what the code says; run manage.py contracts:\n{told}")
        _refuse(breaking(folder / "last", folder))


def _refuse(problems: list[str]) -> None:
    if problems:
        told = "\n".join(f"  {problem}" for problem in problems)
        raise CommandError(f"This breaks who knows the last release; see {ADVICE}:\n{told}")
