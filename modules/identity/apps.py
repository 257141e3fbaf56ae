"""Identity as Django loads it."""

from __future__ import annotations

from modules.identity.interface import Identity
from tiffin.modules import ModuleConfig


class IdentityConfig(ModuleConfig):
    name = "modules.identity"
    label = "identity"
    provides = (Identity,)
    secrets = ("TIFFIN_JWT_PRIVATE_KEY", "TIFFIN_MASTER_KEY")
