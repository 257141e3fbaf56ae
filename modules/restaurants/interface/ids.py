"""What restaurants' things are called by."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

RestaurantId = NewType("RestaurantId", UUID)
ItemId = NewType("ItemId", UUID)
GroupId = NewType("GroupId", UUID)
CategoryId = NewType("CategoryId", UUID)
PreviewId = NewType("PreviewId", UUID)
OrderId = NewType("OrderId", UUID)
