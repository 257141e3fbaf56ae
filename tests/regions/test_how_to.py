"""The how-to is true: its file, put in place, does what its test says."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from modules.orders.interface import PlacingRefused
from modules.orders.services.serving import check_policy
from modules.restaurants.interface import Point, RestaurantFacts, RestaurantId
from tiffin.money import Money
from tiffin.regions import discovery
from tiffin.walls.policies import impurities
from tiffin.walls.source import SourceFile

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/how-to/add-a-region-rule.md"
FILE = re.compile(r"^`(?P<path>[\w/.]+\.py)`\n\n```python\n(?P<source>.*?)^```$", re.M | re.S)


def files_on_the_page() -> dict[str, str]:
    return {found["path"]: found["source"] for found in FILE.finditer(PAGE.read_text())}


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page has been followed: Great Britain, with the page's files, stands in `tmp_path`."""
    for path, source in files_on_the_page().items():
        target = tmp_path / "followed" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source)
    for name in ("__init__.py", "region.toml"):
        shutil.copy(ROOT / "regions/gb" / name, tmp_path / "followed/regions/gb" / name)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "followed"]:
        monkeypatch.delitem(sys.modules, name)
    britain = discovery.load("gb", "followed.regions.gb")
    found = {**discovery.found(), "gb": britain}
    monkeypatch.setattr(discovery, "found", lambda: found)
    return tmp_path / "followed"


def test_the_rule_takes_one_file_and_its_test() -> None:
    assert list(files_on_the_page()) == ["regions/gb/orders.py", "tests/regions/test_gb_orders.py"]


def test_the_pages_policy_is_pure() -> None:
    path = "regions/gb/orders.py"
    source = SourceFile(path=Path(path), name="regions.gb.orders", text=files_on_the_page()[path])
    assert list(impurities(source)) == []


def test_the_pages_test_passes(followed: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "followed_test", followed / "tests/regions/test_gb_orders.py"
    )
    assert spec is not None
    assert spec.loader is not None
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    for clock in ("06:00", "12:30", "22:59"):
        page.test_orders_are_taken_by_day(clock)
    for clock in ("23:00", "00:10", "05:59"):
        page.test_no_delivery_after_eleven(clock)
    page.test_poland_does_not_notice()


LATE_EVENING = datetime(2026, 7, 1, 21, 30, tzinfo=UTC)  # 22:30 in London, in summer


@pytest.mark.usefixtures("followed")
def test_orders_refuses_what_is_ready_too_late() -> None:
    with pytest.raises(PlacingRefused) as refusal:
        ask(preparation_minutes=40)
    assert refusal.value.code == "placing_refused"
    assert refusal.value.sentence == "We deliver from 06:00 to 23:00. Please order again then."


@pytest.mark.usefixtures("followed")
def test_orders_takes_what_is_ready_in_time() -> None:
    ask(preparation_minutes=20)


def ask(*, preparation_minutes: int) -> None:
    """As `orders` does for a quote and again for the order."""
    check_policy(
        takeaway(preparation_minutes=preparation_minutes),
        at=LATE_EVENING,
        distance_m=900,
        subtotal=Money(amount=2000, currency="GBP"),
        tax_categories=frozenset({"hot_food"}),
    )


def takeaway(*, preparation_minutes: int) -> RestaurantFacts:
    return RestaurantFacts(
        id=RestaurantId(UUID(int=1)),
        slug="late",
        name="Late Kitchen",
        cuisine="pizza",
        region="gb",
        city="London",
        area="Soho",
        point=Point(lat=51.51, lon=-0.13),
        zone=(),
        opening_hours="24/7",
        time_zone="Europe/London",
        paused_until=None,
        preparation_minutes=preparation_minutes,
        min_order=Money(amount=0, currency="GBP"),
        menu_version=1,
    )
