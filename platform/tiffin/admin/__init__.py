"""The staff's pages: one site over all modules, by which staff read everything and do what services allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiffin.admin.modules import ModuleAdmin, ReadOnlyInline, register

__all__ = ["ModuleAdmin", "ReadOnlyInline", "register"]


def __getattr__(name: str) -> Any:
    # Django's admin can only be imported once the apps are loaded; settings import this package earlier.
    if name in __all__:
        from tiffin.admin import modules

        return getattr(modules, name)
    raise AttributeError(name)
