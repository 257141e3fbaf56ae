from tiffin.modules import ModuleConfig


class StorefrontConfig(ModuleConfig):
    name = "modules.storefront"
    label = "storefront"
