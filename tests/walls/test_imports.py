"""`importlinter.ini`: the tree keeps every contract, and each contract is broken once to see it fail."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.modules import MODULES
from tests.walls.tree import plant

ROOT = Path(__file__).parents[2]
INI = ROOT / "importlinter.ini"

# A house in which every contract is kept and every exemption needed.
SOUND = {
    "config/urls.py": "import modules.orders.rest.urls\n",
    "regions/pl/orders.py": "from modules.orders.policies import PlacingPolicy\n",
    "tiffin/regions/__init__.py": "",
    "tiffin/walls/__init__.py": "",
    **{f"modules/{module}/apps.py": "" for module in MODULES},
    "modules/orders/interface.py": "class Orders: ...\n",
    "modules/orders/events.py": "class OrderPlaced: ...\n",
    "modules/orders/policies.py": "class PlacingPolicy: ...\n",
    "modules/orders/models.py": "import django\n",
    "modules/orders/selectors.py": "import modules.orders.models\n",
    "modules/orders/services.py": "from modules.orders import models, selectors\n",
    "modules/orders/provider.py": "import modules.orders.services\n",
    "modules/orders/apps.py": "import modules.orders.provider\n",
    "modules/orders/rest/urls.py": "import modules.orders.services\n",
    "modules/payments/interface.py": "",
    "modules/payments/services.py": "",
    "modules/payments/jobs.py": "from modules.orders.interface import Orders\n",
    "modules/payments/handlers.py": "from modules.orders.events import OrderPlaced\n",
    "modules/identity/roles.py": "REVEALING = set()\n",
    "modules/identity/selectors.py": "from modules.identity.roles import REVEALING\n",
    "modules/identity/services.py": "from modules.identity.roles import REVEALING\n",
}

# The table of rooms in the design.
SHARED_ROOMS = {
    "interface",
    "events",
    "policies",
    "provider",
    "services",
    "selectors",
    "handlers",
    "jobs",
    "models",
    "rest",
    "roles",
    "admin",
    "apps",
    "migrations",
    "tests",
    "management",
    "urls",
}

BREAKING = [
    ("house", "tiffin/kernel.py", "import modules.orders.events", "tiffin.kernel -> modules.orders.events"),
    ("house", "modules/orders/services.py", "import regions.pl", "modules.orders.services -> regions.pl"),
    ("house", "regions/pl/orders.py", "import config.urls", "regions.pl.orders -> config.urls"),
    ("modules", "modules/loyalty/__init__.py", "", "- modules.loyalty"),
    (
        "modules",
        "modules/orders/jobs.py",
        "import modules.storefront.apps",
        "modules.orders.jobs -> modules.storefront.apps",
    ),
    (
        "doors",
        "modules/payments/jobs.py",
        "import modules.orders.models, modules.orders.interface",
        "modules.payments.jobs -> modules.orders.models",
    ),
    (
        "doors",
        "modules/payments/services.py",
        "import modules.orders.policies",
        "modules.payments.services -> modules.orders.policies",
    ),
    ("published", "regions/pl/orders.py", "import modules.orders.interface", "regions.pl.orders"),
    ("published", "regions/pl/orders.py", "import modules.orders.events", "regions.pl.orders"),
    ("policies", "config/urls.py", "import modules.orders.policies", "config.urls"),
    ("inside", "config/urls.py", "import modules.orders.services", "config.urls"),
    ("inside", "regions/pl/orders.py", "import modules.orders.selectors", "regions.pl.orders"),
    ("started", "modules/orders/services.py", "import modules.orders.jobs", "modules.orders.services"),
    ("rest", "modules/orders/services.py", "import modules.orders.rest.urls", "modules.orders.services"),
    ("rest", "modules/storefront/pages.py", "import modules.storefront.urls", "modules.storefront.pages"),
    ("found", "modules/orders/services.py", "import modules.orders.admin", "modules.orders.services"),
    ("found", "modules/identity/selectors.py", "", "modules.identity.selectors -> modules.identity.roles"),
    ("rooms", "modules/orders/helpers.py", "", "- modules.orders.helpers"),
    (
        "rooms",
        "modules/orders/selectors.py",
        "import modules.orders.services",
        "modules.orders.selectors -> modules.orders.services",
    ),
    (
        "rooms",
        "modules/orders/models.py",
        "import modules.orders.selectors",
        "modules.orders.models -> modules.orders.selectors",
    ),
    ("regions", "regions/pl/orders.py", "import django.utils", "regions.pl.orders -> django"),
    ("regions", "regions/pl/orders.py", "import httpx", "regions.pl.orders -> httpx"),
    ("regions-kernel", "tiffin/regions/__init__.py", "import django.conf", "tiffin.regions -> django"),
    ("plain", "modules/orders/events.py", "import django.db", "modules.orders.events -> django"),
]
# Rooms that a breaking import needs to exist.
ALSO = {"modules/orders/jobs.py": "", "modules/orders/admin.py": "", "modules/storefront/urls.py": ""}


def lint(root: Path, *, config: Path = INI, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", str(config), "--no-cache"]
    if contract:
        command += ["--contract", contract]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(root / "platform"), str(root)]),
        "COLUMNS": "200",
    }
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def contracts() -> set[str]:
    ini = configparser.ConfigParser()
    ini.read(INI)
    return {section.rpartition(":")[2] for section in ini.sections() if ":contract:" in section}


def test_the_tree_keeps_every_contract() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_a_sound_house_keeps_every_contract(tmp_path: Path) -> None:
    result = lint(plant(tmp_path, SOUND))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("contract", "path", "source", "culprit"), BREAKING)
def test_a_house_that_breaks_it_is_refused(
    contract: str, path: str, source: str, culprit: str, tmp_path: Path
) -> None:
    result = lint(plant(tmp_path, {**SOUND, **ALSO, path: f"{source}\n"}), contract=contract)
    assert result.returncode != 0, "nobody noticed"
    assert culprit in result.stdout


def test_each_contract_has_a_house_that_breaks_it() -> None:
    assert {contract for contract, *_ in BREAKING} == contracts()


def test_every_package_of_the_deployable_is_looked_at() -> None:
    ini = configparser.ConfigParser()
    ini.read(INI)
    packages = {
        path.parent.name for path in [*ROOT.glob("*/__init__.py"), *ROOT.glob("platform/*/__init__.py")]
    }
    assert packages - {"tests", "bench"} == set(ini["importlinter"]["root_packages"].split())


def test_every_room_that_has_a_place_exists_in_a_module() -> None:
    """A room that is gone loses its place; the rooms that every module may have keep theirs."""
    ini = configparser.ConfigParser()
    ini.read(INI)
    placed = set(re.findall(r"\((\w+)\)", ini["importlinter:contract:rooms"]["layers"]))
    exist = {path.stem for path in [*ROOT.glob("modules/*/*.py"), *ROOT.glob("modules/*/*/")]}
    assert placed - exist - SHARED_ROOMS == set()
