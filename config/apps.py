"""The deployable as a Django app: joins what the kernel leaves open to the module that fills it."""

from __future__ import annotations

from django.apps import AppConfig


class DeployableConfig(AppConfig):
    name = "config"
    label = "deployable"

    def ready(self) -> None:
        from tiffin.admin import staff

        staff.set_login(_staff_token)


def _staff_token(email: str, password: str) -> str:
    from modules.identity.interface import Identity
    from tiffin.interfaces import call

    return call(Identity).staff_login(email=email, password=password).access_token
