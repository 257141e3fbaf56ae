"""Promotions: what they promise, what is left of their budgets, and who has used them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from opening_hours import validate

from modules.orders.interface import Party, PromotionKind
from modules.orders.models.order import Order
from tiffin import clock, ids, regions

# What each kind must say, and nobody else may.
_SAYS = {
    PromotionKind.PERCENTAGE: {"percent"},
    PromotionKind.FIXED: {"amount"},
    PromotionKind.BUY_X_GET_Y: {"buy", "get"},
    PromotionKind.FREE_DELIVERY: set[str](),
}


class Promotion(models.Model):
    """Amounts in minor units of the region's currency.

    It holds from `starts_at` to `ends_at` (exclusive, null: until ended), at the `hours` (OpenStreetMap
    opening_hours, the region's clock), in one restaurant or in all of the region, for everybody or for those
    who type its `code` (upper case, once in a region); `members_only`: for those whose membership brings
    "members_offers". `items` are ids of dishes; none means the basket. Kept as long as the orders that used
    it.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    region = models.CharField(max_length=16)
    restaurant_id = models.UUIDField(null=True, blank=True)
    title = models.CharField(max_length=100)
    code = models.CharField(max_length=32, null=True, blank=True)
    kind = models.CharField(
        max_length=16, choices=[(kind.value, kind.value.replace("_", " ")) for kind in _SAYS]
    )
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    amount = models.BigIntegerField(null=True, blank=True)
    most = models.BigIntegerField(null=True, blank=True)
    items = models.JSONField(default=list, blank=True)
    buy = models.SmallIntegerField(null=True, blank=True)
    get = models.SmallIntegerField(null=True, blank=True)
    min_subtotal = models.BigIntegerField(default=0)
    exclusive = models.BooleanField(default=False)
    new_customers_only = models.BooleanField(default=False)
    members_only = models.BooleanField(default=False)
    uses_per_customer = models.SmallIntegerField(null=True, blank=True)
    funded_by = models.CharField(
        max_length=16, choices=[(party.value, party.value) for party in (Party.PLATFORM, Party.RESTAURANT)]
    )
    hours = models.CharField(max_length=200, default="24/7")
    starts_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    budget = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("region", "code"), condition=models.Q(code__isnull=False), name="promotion_code_once"
            ),
        )
        indexes = (models.Index(fields=("region", "ends_at"), name="promotion_in_force"),)

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Raises ValidationError by field for what contradicts itself."""
        faults = {**_faults_of_kind(self), **_faults_of_limits(self), **_faults_of_validity(self)}
        if faults:
            raise ValidationError(faults)


def _faults_of_kind(promotion: Promotion) -> dict[str, str]:
    kind = PromotionKind(promotion.kind)
    if kind not in _SAYS:
        return {}  # the field itself says so
    faults = {}
    for field in ("percent", "amount", "buy", "get"):
        value = getattr(promotion, field)
        if field not in _SAYS[kind]:
            if value is not None:
                faults[field] = f"A promotion of the kind {kind.value} does not say this; leave it empty."
        elif value is None or value <= 0:
            faults[field] = f"A promotion of the kind {kind.value} needs this, and more than nothing."
    if "percent" not in faults and promotion.percent is not None and promotion.percent > 100:
        faults["percent"] = "Not more than 100."
    if promotion.items and kind is PromotionKind.FREE_DELIVERY:
        faults["items"] = "Delivery is free for the basket, not for dishes; leave it empty."
    return faults


def _faults_of_limits(promotion: Promotion) -> dict[str, str]:
    faults: dict[str, str] = {}
    for field in ("most", "budget", "uses_per_customer"):
        value = getattr(promotion, field)
        if value is not None and value <= 0:
            faults[field] = "More than nothing; leave it empty for no limit."
    if (promotion.min_subtotal or 0) < 0:
        faults["min_subtotal"] = "Not below nothing."
    if promotion.funded_by == Party.RESTAURANT.value and promotion.restaurant_id is None:
        faults["restaurant_id"] = "Say which restaurant pays for it."
    if not _are_ids(promotion.items):
        faults["items"] = "A list of the ids of dishes."
    return faults


def _faults_of_validity(promotion: Promotion) -> dict[str, str]:
    faults: dict[str, str] = {}
    if promotion.region not in {region.code for region in regions.all()}:
        faults["region"] = "There is no such region."
    if not validate(promotion.hours):
        faults["hours"] = "Opening hours as OpenStreetMap writes them, such as Mo-Fr 14:00-17:00."
    if promotion.ends_at is not None and promotion.ends_at <= promotion.starts_at:
        faults["ends_at"] = "After it starts."
    if promotion.code != normal_code(promotion.code):
        faults["code"] = "Upper case, without spaces: people may type it as they like."
    return faults


def normal_code(code: str | None) -> str | None:
    """A code as it is kept: people do not care for case and spaces. None for an empty one."""
    return "".join(code.split()).upper() or None if code else None


def _are_ids(items: Any) -> bool:
    try:
        return isinstance(items, list) and all(UUID(item) for item in items)
    except (ValueError, TypeError, AttributeError):
        return False


class PromotionBudget(models.Model):
    """A part of what is left of a budget, in minor units. Orders that are placed at the same moment take from
    different parts, so that none waits for another. Kept as long as its promotion."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="parts")
    part = models.SmallIntegerField()
    remaining = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("promotion", "part"), name="promotion_budget_part_once"),
            models.CheckConstraint(
                condition=models.Q(remaining__gte=0), name="promotion_budget_not_overspent"
            ),
        )

    def __str__(self) -> str:
        return f"{self.promotion_id}, part {self.part}: {self.remaining}"


class PromotionUse(models.Model):
    """An order that has the promotion: `amount` minor units were taken off. `turn` counts the customer's uses
    where they are limited, from 1; null once the order was cancelled, so that the customer has it again. Kept
    with its order."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="uses")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="promotion_uses")
    customer_id = models.UUIDField()
    turn = models.SmallIntegerField(null=True)
    amount = models.BigIntegerField()
    used_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("promotion", "order"), name="promotion_once_an_order"),
            models.UniqueConstraint(fields=("promotion", "customer_id", "turn"), name="promotion_turn_once"),
        )

    def __str__(self) -> str:
        return f"{self.promotion_id} on {self.order_id}: {self.amount}"
