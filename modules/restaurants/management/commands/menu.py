"""`manage.py menu import FILE --restaurant SLUG`: publish a menu from a provider's document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.restaurants import services
from modules.restaurants.interface import MenuChanges, MenuRefused
from modules.restaurants.menus.files import FileUnreadable, read_menu
from modules.restaurants.models import Restaurant

MAX_TITLES = 20


class Command(BaseCommand):
    help = (
        "Publish a restaurant's menu from an Uber Eats menu v2 document (see docs/reference/menu-import.md)."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        importing = actions.add_parser("import", help="check a document whole, then publish it")
        importing.add_argument("file", type=Path, help="the document, JSON; pictures lie relative to it")
        importing.add_argument("--restaurant", required=True, metavar="SLUG", help="whose menu it is")
        importing.add_argument("--dry-run", action="store_true", help="only tell what would change")

    def handle(self, *args: Any, **given: Any) -> None:
        restaurant = Restaurant.objects.filter(slug=given["restaurant"]).first()
        if restaurant is None:
            raise CommandError(f"No restaurant has the slug “{given['restaurant']}”. {_known()}")
        try:
            document, pictures = read_menu(given["file"])
            changes = services.import_menu(
                restaurant_id=restaurant.id,
                document=document,
                picture_files=pictures,
                dry_run=given["dry_run"],
            )
        except FileUnreadable as error:
            raise CommandError(str(error)) from None
        except MenuRefused as refusal:
            raise CommandError(_refused(given["file"], refusal)) from None
        self._tell(restaurant, changes)

    def _tell(self, restaurant: Restaurant, changes: MenuChanges) -> None:
        for mark, titles in (("+", changes.added), ("-", changes.removed), ("~", changes.changed)):
            for title in titles[:MAX_TITLES]:
                self.stdout.write(f"  {mark} {title}")
            if len(titles) > MAX_TITLES:
                self.stdout.write(f"  {mark} and {len(titles) - MAX_TITLES} more")
        self.stdout.write(f"{restaurant.name}: {_outcome(changes)}")


def _outcome(changes: MenuChanges) -> str:
    counts = f"{len(changes.added)} added, {len(changes.removed)} removed, {len(changes.changed)} changed"
    if not changes.differs:
        return f"nothing differs from version {changes.version}, nothing published"
    if not (changes.added or changes.removed or changes.changed):
        counts = "only categories, their order or hours changed"
    if not changes.published:
        return f"{counts}; a dry run, nothing published"
    return f"{counts}; published as version {changes.version}"


def _refused(file: Path, refusal: MenuRefused) -> str:
    problems: tuple[str, ...] = refusal.data.problems  # type: ignore[attr-defined]  # declared by MenuRefused
    return "\n".join((f"{file} was not published; nothing changed:", *(f"  {each}" for each in problems)))


def _known() -> str:
    slugs = list(Restaurant.objects.order_by("slug").values_list("slug", flat=True)[:MAX_TITLES])
    return f"There are: {', '.join(slugs)}." if slugs else "There are none yet: manage.py demo brings some."
