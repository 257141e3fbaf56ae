"""What tests stand on: real PostgreSQL and Redis, everything committed for real, time that can be moved.

The fixtures come with the pytest plugin `tiffin.testing.plugin`:

- `database` (or the marker of that name): the services run, all schemas are migrated, and after the test
  every table is empty again;
- `platform` (marker `platform`): the whole platform runs, as after `script/up`.

A test that asks for neither starts nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiffin.testing.emptying import empty
    from tiffin.testing.people import api, token, waiting
    from tiffin.testing.settling import settle, unfinished

__all__ = ["api", "empty", "settle", "token", "unfinished", "waiting"]

_ROOMS = {
    "api": "people",
    "empty": "emptying",
    "settle": "settling",
    "token": "people",
    "unfinished": "settling",
    "waiting": "people",
}


def __getattr__(name: str) -> Any:
    # These need Django, which is not set up yet when pytest loads the plugin.
    if name in _ROOMS:
        from importlib import import_module

        return getattr(import_module(f"tiffin.testing.{_ROOMS[name]}"), name)
    raise AttributeError(name)
