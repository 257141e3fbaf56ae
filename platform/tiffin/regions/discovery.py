"""Finds the regions: folders of the package `regions`, installed packages, and those named for a trial."""

from __future__ import annotations

import os
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module, resources
from importlib.metadata import entry_points

from tiffin.errors import DomainError
from tiffin.regions.file import RegionFileError, read
from tiffin.regions.region import Region

ENTRY_POINTS = "tiffin.regions"
EXTRA_PACKAGES = "TIFFIN_REGION_PACKAGES"

_CODE = re.compile(r"[a-z]{2}(_[a-z0-9]+)*")


class UnknownRegion(DomainError, code="unknown_region", status=404):
    """The region is unknown."""

    detail = "There is no region {region!r} here."
    region: str


def get(code: str) -> Region:
    """The region of that code (`pl`, `us_ny`). Raises UnknownRegion."""
    region = found().get(code)
    if region is None:
        raise UnknownRegion(region=code)
    return region


def all() -> tuple[Region, ...]:
    """Every region, by code."""
    return tuple(found().values())


@cache
def found() -> dict[str, Region]:
    """Every region by its code, read once. Raises RegionFileError."""
    regions: dict[str, Region] = {}
    for code, package in _packages():
        if code in regions:
            raise RegionFileError(f"{package}: the region {code!r} is already in {regions[code].package}")
        regions[code] = load(code, package)
    return dict(sorted(regions.items()))


def load(code: str, package: str) -> Region:
    """The region in `package`. Raises RegionFileError, and ModuleNotFoundError without such a package."""
    if not _CODE.fullmatch(code):
        raise RegionFileError(f"{package}: {code!r} is no region's code; it would be like pl or us_ny")
    path = f"{package.replace('.', '/')}/region.toml"
    file = resources.files(package) / "region.toml"
    if not file.is_file():
        raise RegionFileError(f"{path} does not exist; a region begins with it")
    name, tables = read(file.read_text(encoding="utf-8"), path=path)
    return Region(code=code, package=package, path=path, name=name, tables=tables)


def _packages() -> Iterator[tuple[str, str]]:
    for module in pkgutil.iter_modules(import_module("regions").__path__):
        if module.ispkg:
            yield module.name, f"regions.{module.name}"
    for entry_point in entry_points(group=ENTRY_POINTS):
        yield entry_point.name, entry_point.value
    for package in os.environ.get(EXTRA_PACKAGES, "").replace(",", " ").split():
        yield package.rpartition(".")[2], package
