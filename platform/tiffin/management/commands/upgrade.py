"""`manage.py upgrade`: bring the databases to this version."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tiffin.db.router import KERNEL_LABEL
from tiffin.db.schemas import UnsuitableServer, ensure_schemas
from tiffin.log import cursors, tidying


class Command(BaseCommand):
    help = "Create roles and schemas, migrate every module, prepare its log. May be repeated at any time."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        modules = settings.TIFFIN_MODULES
        try:
            for url, together in _by_database(settings.TIFFIN_DATABASE_URLS).items():
                ensure_schemas(together, url=url, secret=settings.SECRET_KEY)
        except UnsuitableServer as error:
            raise CommandError(str(error)) from error
        for module in modules:
            applied = migrate(module)
            cursors.ensure(module)
            tidying.ensure_partitions(module)
            for resumed in cursors.resume_where_known(module):
                self.stdout.write(f"{resumed.subscriber} reads {resumed.producer} again")
            self.stdout.write(
                f"{module}: {applied} migrations applied" if applied else f"{module}: up to date"
            )


def _by_database(urls: dict[str, str]) -> dict[str, list[str]]:
    """The modules of each database, by its URL."""
    found: dict[str, list[str]] = {}
    for module, url in urls.items():
        found.setdefault(url, []).append(module)
    return found


def migrate(module: str) -> int:
    """Apply what is missing in the module's schema: the kernel's migrations, its own, and those of the apps
    it has adopted. Returns how many."""
    connection = connections[module]
    with connection.cursor() as cursor:
        # Those that serve must be short; a migration may take its time.
        cursor.execute("SET transaction_timeout = 0")
    executor = MigrationExecutor(connection)
    adopted = [app for app, owner in settings.TIFFIN_ADOPTED_APPS.items() if owner == module]
    labels = {KERNEL_LABEL, module, *adopted}
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
    plan = executor.migration_plan(targets)
    if plan:
        executor.migrate(targets, plan)
    connection.close()
    return len(plan)
