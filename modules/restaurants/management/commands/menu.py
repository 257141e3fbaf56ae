"""`manage.py menu import|versions|diff|publish … --restaurant SLUG`: menus from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.restaurants import selectors, services
from modules.restaurants.interface import (
    ChangeKind,
    FieldChange,
    MenuChange,
    MenuChanges,
    MenuDifference,
    MenuFormat,
    MenuRefused,
    MenuUnknown,
)
from modules.restaurants.menus.files import FileUnreadable, read_menu
from modules.restaurants.models import Restaurant
from tiffin.money import Money

MAX_LINES = 60
_MARKS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.CHANGED: "~"}
_FORMATS = [each.value for each in MenuFormat if each is not MenuFormat.UNKNOWN]


class Command(BaseCommand):
    help = "Look at and publish a restaurant's menus (see docs/reference/menu-import.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        importing = actions.add_parser("import", help="check a document whole, then publish it")
        importing.add_argument("file", type=Path, help="the document, JSON; pictures lie relative to it")
        importing.add_argument(
            "--format", choices=_FORMATS, help="whose it is; by what stands in it if left out"
        )
        importing.add_argument("--dry-run", action="store_true", help="only tell what would change")
        versions = actions.add_parser("versions", help="list what was published, newest first")
        comparing = actions.add_parser("diff", help="what one version does differently from another")
        comparing.add_argument("before", type=int)
        comparing.add_argument("after", type=int)
        publishing = actions.add_parser("publish", help="publish an older version again, as a new one")
        publishing.add_argument("version", type=int)
        for action in (importing, versions, comparing, publishing):
            action.add_argument("--restaurant", required=True, metavar="SLUG", help="whose menu it is")

    def handle(self, *args: Any, **given: Any) -> None:
        restaurant = Restaurant.objects.filter(slug=given["restaurant"]).first()
        if restaurant is None:
            raise CommandError(f"No restaurant has the slug “{given['restaurant']}”. {_known()}")
        try:
            getattr(self, f"_{given['action']}")(restaurant, given)
        except MenuUnknown as refusal:
            raise CommandError(refusal.sentence) from None

    def _import(self, restaurant: Restaurant, given: dict[str, Any]) -> None:
        try:
            document, pictures = read_menu(given["file"])
            format = MenuFormat(given["format"]) if given["format"] else None
            preview = services.preview_menu(
                restaurant_id=restaurant.id, document=document, picture_files=pictures, format=format
            )
        except FileUnreadable as error:
            raise CommandError(str(error)) from None
        except MenuRefused as refusal:
            raise CommandError(_refused(given["file"], refusal)) from None
        self._tell(preview.difference)
        if given["dry_run"]:
            outcome = "a dry run, nothing published"
            if not preview.differs:
                outcome = f"nothing differs from version {preview.based_on}, {outcome}"
            self.stdout.write(f"{restaurant.name}: {_counts(preview.difference)}; {outcome}")
            return
        self._published(
            restaurant, services.publish_preview(restaurant_id=restaurant.id, preview_id=preview.id)
        )

    def _versions(self, restaurant: Restaurant, given: dict[str, Any]) -> None:
        for each in selectors.menu_versions(restaurant.id).versions:
            self.stdout.write(f"  {each.version:>4}  {each.published_at:%Y-%m-%d %H:%M}  {each.source}")

    def _diff(self, restaurant: Restaurant, given: dict[str, Any]) -> None:
        differing = selectors.menu_difference(restaurant.id, before=given["before"], after=given["after"])
        self._tell(differing)
        self.stdout.write(f"{restaurant.name}: {_counts(differing)}")

    def _publish(self, restaurant: Restaurant, given: dict[str, Any]) -> None:
        told = services.publish_version(restaurant_id=restaurant.id, version=given["version"])
        self._published(restaurant, told)

    def _published(self, restaurant: Restaurant, told: MenuChanges) -> None:
        counts = f"{len(told.added)} added, {len(told.removed)} removed, {len(told.changed)} changed"
        outcome = f"{counts}; published as version {told.version}"
        if not told.published:
            outcome = f"nothing differs from version {told.version}, nothing published"
        self.stdout.write(f"{restaurant.name}: {outcome}")

    def _tell(self, differing: MenuDifference) -> None:
        for change in differing.changes[:MAX_LINES]:
            for line in _lines(change, differing.currency):
                self.stdout.write(f"  {line}")
        if len(differing.changes) > MAX_LINES:
            self.stdout.write(f"  and {len(differing.changes) - MAX_LINES} more")


def _lines(change: MenuChange, currency: str) -> Iterator[str]:
    where = f" ({', '.join(change.where)})" if change.where else ""
    what = f"{_MARKS[change.kind]} {change.part.value} {change.title}{where}"
    if change.price is not None:
        what = f"{what}: {Money(amount=change.price, currency=currency)}"
    if not change.fields:
        yield what
    for field in change.fields:
        yield f"{what}: {_field(field, currency)}"


def _field(field: FieldChange, currency: str) -> str:
    before, after = field.before, field.after
    if field.field == "price":
        before, after = (str(Money(amount=int(amount), currency=currency)) for amount in (before, after))
    return f"{field.field} {before.strip() or 'none'} → {after.strip() or 'none'}"


def _counts(differing: MenuDifference) -> str:
    items = differing.items
    return f"{items.added} added, {items.removed} removed, {items.changed} changed"


def _refused(file: Path, refusal: MenuRefused) -> str:
    problems: tuple[str, ...] = refusal.data.problems  # type: ignore[attr-defined]  # declared by MenuRefused
    return "\n".join((f"{file} was not published; nothing changed:", *(f"  {each}" for each in problems)))


def _known() -> str:
    slugs = list(Restaurant.objects.order_by("slug").values_list("slug", flat=True)[:MAX_LINES])
    return f"There are: {', '.join(slugs)}." if slugs else "There are none yet: manage.py demo brings some."
