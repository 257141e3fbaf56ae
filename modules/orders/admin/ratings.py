"""What customers thought of it."""

from __future__ import annotations

from collections.abc import Iterable

from modules.orders.models import Rating, RestaurantRating
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.exporting import Cell, Exported, time_cell, zone_cell


@register(Rating)
class RatingAdmin(Exported, ModuleAdmin):
    list_display = ("order", "food", "courier", "rated_at")
    list_filter = ("food", "courier", "order__region")
    region_field = "order__region"
    search_fields = ("=order__id", "order__code", "=restaurant_id", "=courier_id")
    list_select_related = ("order",)
    export_columns = (
        "order_id", "order_code", "region", "restaurant_id", "courier_id", "food_stars", "courier_stars",
        "words", "time_zone", "rated_at",
    )  # fmt: skip

    def export_row(self, row: Rating) -> Iterable[Cell]:
        region = row.order.region
        return (
            str(row.order_id), row.order.code, region, str(row.restaurant_id), str(row.courier_id or ""),
            row.food, row.courier, row.words, zone_cell(region), time_cell(row.rated_at, region),
        )  # fmt: skip


@register(RestaurantRating)
class RestaurantRatingAdmin(ModuleAdmin):
    list_display = ("restaurant_id", "stars", "count")
    search_fields = ("=restaurant_id",)
