"""`manage.py demo`: forty restaurants, people to play every part, causes to give to, plans to join and ads.
All of it comes in through the modules' interfaces, as it would from anybody; run again, it brings only what
has changed."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import ads, giving, members, order, people, places
from modules.identity.interface import Identity
from modules.restaurants.interface import MenuRefused, ProfileRefused, Restaurants
from tiffin.interfaces import ModuleUnavailable, call

HOME = Path(settings.BASE_DIR) / "demo"
TRIES = 5
PAUSE_SECONDS = 2.0


class Command(BaseCommand):
    help = "Bring the demo's restaurants, menus, accounts and causes; what is there already stays as it is."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **given: Any) -> None:
        """Begin again when a module is out of breath: whatever was brought before stays as it is."""
        for tries_left in reversed(range(TRIES)):
            try:
                self._bring()
                return
            except ModuleUnavailable as error:
                if not tries_left:
                    raise CommandError(f"A module did not answer: {error}") from error
                time.sleep(PAUSE_SECONDS)

    def _bring(self) -> None:
        told = Path(settings.TIFFIN_HOME) / "run" / "demo.json"
        before = _read(told)
        fingerprint = _fingerprint()
        if before.get("fingerprint") == fingerprint and _is_here(before):
            _write(told, before | {"curl": order.elsewhere(before["curl"], settings.TIFFIN_ORIGIN)})
            self.stdout.write("The demo is here already.")
            return
        restaurants = self._restaurants()
        accounts = people.bring(restaurants, self._progress)
        if people.ALICE in accounts:
            giving.bring(accounts[people.ALICE])
        members.bring()
        ads.bring(restaurants)
        self._progress("", "")
        _write(told, _summary(fingerprint, restaurants, accounts))
        self.stdout.write(f"The demo is here: {len(restaurants)} restaurants, {len(accounts)} accounts.")

    def _restaurants(self) -> dict[str, places.Place]:
        try:
            return places.bring(HOME, self._progress)
        except (ProfileRefused, MenuRefused) as refusal:
            raise CommandError(f"The demo's own data is not good: {refusal.sentence}") from None

    def _progress(self, what: str, which: str) -> None:
        """One line that is written over, for people at a terminal."""
        if self.stderr.isatty():
            self.stderr.write(f"\r\033[K{what} {which}".rstrip(), ending="")


def _summary(
    fingerprint: str, restaurants: dict[str, places.Place], accounts: dict[str, UUID]
) -> dict[str, Any]:
    return {
        "fingerprint": fingerprint,
        "logins": people.logins(),
        "cards": list(order.CARDS),
        "curl": order.curl(settings.TIFFIN_ORIGIN, next(iter(restaurants.values()))),
        "restaurants": {slug: str(place.id) for slug, place in restaurants.items()},
        "accounts": {email: str(account_id) for email, account_id in accounts.items()},
    }


def _is_here(before: dict[str, Any]) -> bool:
    """Whether what was brought is still there: the data may have been started over since."""
    accounts = [UUID(account) for account in before["accounts"].values()]
    restaurants = call(Restaurants).with_slugs(slugs=list(before["restaurants"]))
    return {str(view.id) for view in restaurants if view.menu_version} == set(
        before["restaurants"].values()
    ) and len(call(Identity).get_many(account_ids=accounts)) == len(accounts)


def _fingerprint() -> str:
    """Of everything that the demo is made of."""
    digest = hashlib.sha256()
    for file in sorted((*HOME.rglob("*.*"), *Path(people.__file__).parent.glob("*.py"))):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _read(told: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(told.read_text()))
    except (OSError, ValueError):
        return {}


def _write(told: Path, summary: dict[str, Any]) -> None:
    told.parent.mkdir(parents=True, exist_ok=True)
    beside = told.with_suffix(".new")
    beside.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
    beside.replace(told)
