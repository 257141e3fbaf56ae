"""What customers thought of it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from modules.orders.models.order import Order
from tiffin import clock

BEST = 5
_STARS = (MinValueValidator(1), MaxValueValidator(BEST))


class Rating(models.Model):
    """Stars from 1 to 5 for the food, and for the courier where there was one. `words` are the customer's
    own: gone when the customer is forgotten. Kept with its order."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="rating")
    customer_id = models.UUIDField()
    restaurant_id = models.UUIDField()
    courier_id = models.UUIDField(null=True)
    food = models.SmallIntegerField(validators=_STARS)
    courier = models.SmallIntegerField(null=True, validators=_STARS)
    words = models.TextField(default="", blank=True)
    rated_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (models.Index(fields=("restaurant_id", "-rated_at"), name="rating_of_restaurant"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(food__range=(1, BEST)), name="rating_food_in_stars"),
            models.CheckConstraint(
                condition=models.Q(courier__isnull=True) | models.Q(courier__range=(1, BEST)),
                name="rating_courier_in_stars",
            ),
        )

    def __str__(self) -> str:
        return f"{self.food} of {BEST}"


class RestaurantRating(models.Model):
    """The sum of all stars for a restaurant's food, and how many gave them. Kept as long as the ratings."""

    restaurant_id = models.UUIDField(primary_key=True)
    stars = models.BigIntegerField()
    count = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.stars} from {self.count}"
