"""A module names only its own addresses, and the kernel's: those of a module elsewhere nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver

from config.modules import MODULES
from tiffin.testing.services import ROOT

NAMING = re.compile(r"""(?:\{%\s*url|\breverse\(|\bredirect\()\s*['"]([\w-]+)['"]""")


def owners(patterns: list[Any]) -> Iterator[tuple[str, str]]:
    """The name of each address of a module, and the module."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from owners(pattern.url_patterns)
        elif pattern.name:
            view = getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", pattern.callback))
            if view.__module__.startswith("modules."):
                yield pattern.name, view.__module__.split(".")[1]


def names_of_others(folder: Path, module: str) -> set[str]:
    of = dict(owners(get_resolver().url_patterns))
    files = [
        file for file in folder.rglob("*") if file.suffix in (".py", ".html") and "tests" not in file.parts
    ]
    named = {name for file in files for name in NAMING.findall(file.read_text())}
    return {name for name in named if of.get(name, module) != module}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_names_no_address_of_another(module: str) -> None:
    assert names_of_others(ROOT / "modules" / module, module) == set()


def test_an_address_of_another_module_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        """<a href="{% url 'order-stream' order.id %}">{% url "home" %}</a>"""
    )
    (tmp_path / "views.py").write_text("""reverse("me"); reverse('api-docs')""")
    assert names_of_others(tmp_path, "storefront") == {"order-stream", "me"}
    assert names_of_others(tmp_path, "orders") == {"home", "me"}
