"""What ads knows of restaurants: copies kept fresh by their events, which may be thrown away and built again
(subscriber `ads.restaurants`)."""

from __future__ import annotations

from django.db import models


class KnownRestaurant(models.Model):
    """A restaurant's facts as last told. Kept as long as the restaurant is published."""

    id = models.UUIDField(primary_key=True)
    region = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    facts = models.JSONField()

    def __str__(self) -> str:
        return self.name


class KnownDishes(models.Model):
    """The first dishes of a restaurant's latest menu, to be named in ads. Replaced by the next menu."""

    restaurant_id = models.UUIDField(primary_key=True)
    version = models.IntegerField()
    dishes = models.JSONField()

    class Meta:
        verbose_name_plural = "known dishes"

    def __str__(self) -> str:
        return f"{len(self.dishes)} dishes of {self.restaurant_id}"


class KnownUnavailable(models.Model):
    """A dish or option that cannot be had, until then or until said otherwise. Gone when the restaurant says
    that it can be had; a row whose time is over counts no more."""

    restaurant_id = models.UUIDField()
    item_id = models.UUIDField()
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "known unavailable"
        constraints = (
            models.UniqueConstraint(fields=("restaurant_id", "item_id"), name="ads_unavailable_once"),
        )

    def __str__(self) -> str:
        return f"{self.item_id} until {self.until or 'further notice'}"
