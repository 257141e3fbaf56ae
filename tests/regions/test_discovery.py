"""Where regions come from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tiffin import regions
from tiffin.regions import RegionFileError, UnknownRegion, discovery


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Discovery starts anew within the test and forgets what it found there."""
    discovery.found.cache_clear()
    monkeypatch.setattr(discovery, "found", discovery.found.__wrapped__)
    return monkeypatch


def test_the_folders_of_regions_are_found() -> None:
    assert {"gb", "pl"} <= {region.code for region in regions.all()}
    assert regions.get("gb").currency == "GBP"


def test_an_unknown_region_is_a_problem_with_a_name() -> None:
    with pytest.raises(UnknownRegion) as refusal:
        regions.get("atlantis")
    assert refusal.value.code == "unknown_region"
    assert "atlantis" in refusal.value.sentence


def test_a_package_named_in_the_environment_is_a_region(fresh: pytest.MonkeyPatch) -> None:
    fresh.setenv("TIFFIN_REGION_PACKAGES", "tests.regions.xt")
    assert regions.get("xt").name == "Testland"


def test_an_installed_package_is_a_region_by_its_entry_point(
    fresh: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "tiffin_region_ie"
    package.mkdir()
    (package / "__init__.py").touch()
    testland = Path(__file__).parent / "xt/region.toml"
    (package / "region.toml").write_text(testland.read_text().replace("Testland", "Ireland"))
    metadata = tmp_path / "tiffin_region_ie-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: tiffin-region-ie\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[tiffin.regions]\nie = tiffin_region_ie\n")
    fresh.syspath_prepend(tmp_path)
    assert regions.get("ie").name == "Ireland"


def test_two_packages_cannot_be_the_same_region(fresh: pytest.MonkeyPatch) -> None:
    fresh.setenv("TIFFIN_REGION_PACKAGES", "tests.regions.xt regions.gb")
    with pytest.raises(RegionFileError, match=r"'gb' is already in regions\.gb"):
        regions.all()


def test_regions_are_read_without_django() -> None:
    program = (
        "import sys; from tiffin import regions; assert regions.get('pl').currency == 'PLN'; "
        "assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
