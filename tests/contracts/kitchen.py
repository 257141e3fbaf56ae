"""The source of a small module whose promises are changed in every way."""

from __future__ import annotations

COOK = """
    @command(timeout=1.0, errors=(SoldOut,))
    def cook(
        self, *, key: CommandKey, name: str, size: Size, count: int | None = None
    ) -> Dish: ...  # cook
"""
COOK_AS_ACTION = COOK.replace("@command", "@action").replace("key: CommandKey, ", "")
DISH = """
    @query(timeout=1.0, deprecated="ask dishes")
    def dish(self, *, id: UUID) -> Dish: ...
"""
WASH = """    @action(timeout=1.0)
    def wash(self, *, name: str) -> None: ...

"""
OLD_NOTE = '    old_note: Annotated[str | None, deprecated("note")] = None\n'
INTERFACE = f'''"""A kitchen."""

from __future__ import annotations

from enum import Enum
from typing import Annotated
from uuid import UUID

from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, Interface, OpenEnum, action, command, deprecated, query


class Heat(OpenEnum):
    LOW = "low"
    HIGH = "high"
    UNKNOWN = "unknown"


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Dish(DTO):
    """A dish."""

    name: str
    size: Size
    heat: Heat
    grams: int | None
    note: str | None = None
{OLD_NOTE}

class SoldOut(DomainError, code="sold_out", status=409):
    """It is sold out."""

    detail = "It is sold out."
    dish: str


class Closed(DomainError, code="closed", status=409):
    """The kitchen is closed."""


class Burnt(DomainError, code="burnt", status=409, deprecated="nothing burns any more"):
    """It is burnt."""


class Kitchen(Interface, module="orders", version=98):
    @query(timeout=1.0, errors=(Burnt,))
    def dishes(
        self, *, ids: tuple[UUID, ...], heats: dict[str, Heat] = {{}}, most: int = 10
    ) -> list[Dish]: ...
{COOK}{DISH}'''
SERVED = """class DishServed(Event, wire="orders.dish_served.v1", deprecated="nobody listens"):
    table: int


"""
BURNT = """class DishBurnt(Event, wire="orders.dish_burnt.v1"):
    why: str


"""
EVENTS = f'''"""What the kitchen tells."""

from __future__ import annotations

from modules.kitchen.interface import *
from tiffin.log import Event


{SERVED}class DishCooked(Event, wire="orders.dish_cooked.v1"):
    dish: Dish
    cooked_by: str
'''
SOURCES = {"interface.py": INTERFACE, "events.py": EVENTS}
