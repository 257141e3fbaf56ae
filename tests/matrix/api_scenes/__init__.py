"""What each row of `api.txt` asks about."""

from tests.matrix.api_scenes import (
    ads,
    advertising,
    analytics,
    counter,
    experiments,
    giving,
    hearing,
    members,
    menus,
    orders,
    paying,
    people,
    points,
    road,
    vendors,
)
from tests.matrix.api_scenes.orders import PHOTO
from tests.matrix.api_scenes.scenes import MENU, SCENES
from tests.matrix.stage import seen

__all__ = [
    "MENU",
    "PHOTO",
    "SCENES",
    "ads",
    "advertising",
    "analytics",
    "counter",
    "experiments",
    "giving",
    "hearing",
    "members",
    "menus",
    "orders",
    "paying",
    "people",
    "points",
    "road",
    "seen",
    "vendors",
]
