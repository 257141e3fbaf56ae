"""What orders knows of others, from their events."""

from __future__ import annotations

from django.contrib import admin

from modules.orders.models import KnownBenefits, KnownMembership, KnownMenu, KnownRestaurant, KnownUnavailable
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


@register(KnownBenefits)
class KnownBenefitsAdmin(ModuleAdmin):
    """What customers' tiers bring them; it counts until then."""

    list_display = ("customer_id", "region", "benefits", "until")
    list_filter = ("region",)
    search_fields = ("=customer_id",)


@register(KnownMembership)
class KnownMembershipAdmin(ModuleAdmin):
    """What customers' memberships bring them; it counts until then."""

    list_display = ("customer_id", "title", "region", "access_until")
    list_filter = ("region",)
    search_fields = ("=customer_id", "=id")
