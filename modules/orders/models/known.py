"""What orders knows of others, so that it asks nobody: copies kept fresh by their events, which may be thrown
away and built again (subscribers `orders.known`, `orders.benefits` and `orders.memberships`)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class KnownRestaurant(models.Model):
    """A restaurant's facts as last told. Kept as long as the restaurant is published."""

    id = models.UUIDField(primary_key=True)
    region = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    menu_version = models.IntegerField()
    facts = models.JSONField()

    def __str__(self) -> str:
        return self.name


class KnownMenu(models.Model):
    """One version of a menu; it never changes. Kept, because orders name the version they were made from."""

    restaurant_id = models.UUIDField()
    version = models.IntegerField()
    hash = models.CharField(max_length=128)
    document = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("restaurant_id", "version"), name="known_menu_once"),)

    def __str__(self) -> str:
        return f"{self.restaurant_id} v{self.version}"


class KnownUnavailable(models.Model):
    """An item or option that cannot be had, until then or until said otherwise. Gone when the restaurant says
    that it can be had; a row whose time is over counts no more."""

    restaurant_id = models.UUIDField()
    item_id = models.UUIDField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("restaurant_id", "item_id"), name="known_unavailable_once"),
        )

    def __str__(self) -> str:
        return f"{self.item_id} until {self.until or 'further notice'}"


class KnownBenefits(models.Model):
    """What a customer's tier in a region brings them, by its codes; its id is the membership's. A row whose
    time is over counts no more. Gone when the tier brings nothing, or its customer is forgotten."""

    id = models.UUIDField(primary_key=True)
    customer_id = models.UUIDField()
    region = models.CharField(max_length=16)
    benefits = models.JSONField()
    until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "known benefits"
        indexes = (models.Index(fields=("customer_id",), name="known_benefits_of_customer"),)

    def __str__(self) -> str:
        return f"{', '.join(self.benefits)} in {self.region} until {self.until:%Y-%m-%d}"


class KnownMembership(models.Model):
    """What a customer's membership brings them from `since` to `access_until`, in the regions `valid_in`, as
    it was last told: it counts while subscriptions cannot be reached. Gone when it brings nothing."""

    id = models.UUIDField(primary_key=True)
    customer_id = models.UUIDField()
    region = models.CharField(max_length=16)
    valid_in = ArrayField(models.CharField(max_length=16))
    benefits = models.JSONField()
    title = models.CharField(max_length=80)
    since = models.DateTimeField()
    access_until = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("customer_id",), name="known_membership_of_customer"),)

    def __str__(self) -> str:
        return f"{self.title} in {', '.join(self.valid_in)} until {self.access_until:%Y-%m-%d}"
