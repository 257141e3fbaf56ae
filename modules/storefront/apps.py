"""How Django loads the storefront, which owns no data and publishes nothing."""

from tiffin.modules import ModuleConfig


class StorefrontConfig(ModuleConfig):
    name = "modules.storefront"
    label = "storefront"
