"""What orders knows of restaurants, from their events."""

from __future__ import annotations

from django.contrib import admin

from modules.orders.models import KnownMenu, KnownRestaurant, KnownUnavailable
from tiffin.admin import ModuleAdmin, register


@register(KnownRestaurant)
class KnownRestaurantAdmin(ModuleAdmin):
    list_display = ("name", "region", "menu_version")
    list_filter = ("region",)
    search_fields = ("id", "name")


@register(KnownMenu)
class KnownMenuAdmin(ModuleAdmin):
    list_display = ("restaurant_id", "version", "hash")
    search_fields = ("restaurant_id",)
    exclude = ("document",)


@register(KnownUnavailable)
class KnownUnavailableAdmin(ModuleAdmin):
    list_display = ("restaurant_id", "item_id", "until")
    list_filter = (("until", admin.EmptyFieldListFilter),)
    search_fields = ("=restaurant_id", "=item_id")
