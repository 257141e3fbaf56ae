"""What certain baskets cost in a region: written once, checked by hand, and held from then on.

.venv/bin/python -m tests.regions.bills pl     writes tests/regions/golden/pl.json
"""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from modules.orders.interface import Price
from modules.orders.policies import DeliveryFee, ServiceFee, SmallOrderFee, TaxRate
from modules.orders.pricing import Dish, TakenOption, Terms, by_category, price
from tests.regions.shapes import regions_under_test
from tiffin.regions import Region

GOLDEN = Path(__file__).parent / "golden"
DAY = date(2026, 3, 2)

# Prices in minor units and distances in metres are round where rounding is not the point. Each basket is
# (what it shows, [(dish, price, quantity, tax category, option price or 0)], metres, tip).
BASKETS: tuple[tuple[str, tuple[tuple[str, int, int, str, int], ...], int, int], ...] = (
    ("one dish, around the corner", (("Soup", 3500, 1, "hot_food", 0),), 800, 0),
    ("a small order pays for being small", (("Bun", 450, 1, "cold_food", 0),), 800, 0),
    (
        "each line under its own rate",
        (
            ("Curry", 2899, 2, "hot_food", 300),
            ("Salad", 1733, 1, "cold_food", 0),
            ("Fudge cake", 1299, 1, "confectionery", 0),
            ("Lemonade", 777, 3, "drink", 0),
            ("Beer", 1111, 1, "alcohol", 0),
        ),
        2400,
        500,
    ),
    ("odd amounts are rounded once for each rate", (("Samosa", 333, 11, "food", 0),), 2001, 0),
    ("far away and large, fees stop at their bounds", (("Feast", 9900, 4, "hot_food", 0),), 60000, 0),
)


def bills(region: Region) -> dict[str, Any]:
    """Each basket's bill in `region` on DAY: amounts in minor units, each with its rate and its tax."""
    return {name: _bill(price(_terms(region, dishes, metres, tip))) for name, dishes, metres, tip in BASKETS}


def _terms(
    region: Region, dishes: tuple[tuple[str, int, int, str, int], ...], metres: int, tip: int
) -> Terms:
    return Terms(
        currency=region.currency,
        prices_include_tax=region.prices_include_tax,
        dishes=tuple(_dish(number, *dish) for number, dish in enumerate(dishes, start=1)),
        distance_m=metres,
        tax_rates=by_category(region.rules("tax.rates", TaxRate, on=DAY)),
        delivery_fee=next(
            row
            for row in region.rules("fees.delivery", DeliveryFee, on=DAY)
            if not row.zone and not row.hours
        ),
        service_fee=region.rule("fees.service", ServiceFee, on=DAY),
        small_order_fee=region.rule("fees.small_order", SmallOrderFee, on=DAY),
        tip=tip,
        rounding=region.setting("rounding", int, on=DAY),
    )


def _dish(number: int, title: str, amount: int, quantity: int, category: str, option: int) -> Dish:
    extra = TakenOption(
        option_id=UUID(int=1000 + number),
        title=f"{title}: extra",
        quantity=1,
        price=option,
        tax_category=category,
    )
    return Dish(
        item_id=UUID(int=number),
        title=title,
        quantity=quantity,
        price=amount,
        tax_category=category,
        options=(extra,) if option else (),
    )


def _bill(bill: Price) -> dict[str, Any]:
    return {
        "lines": [
            f"{part.label:20} {part.amount.amount:7d}  {_percent(part.tax_rate):>7}  {part.tax.amount:6d}"
            for part in bill.components
        ],
        "subtotal": bill.subtotal.amount,
        "tax": bill.tax.amount,
        "total": bill.total.amount,
    }


def _percent(rate: Decimal) -> str:
    return f"{rate * 100:.3f}".rstrip("0").rstrip(".") + " %"


def write(code: str) -> Path:
    """Write the region's golden bills. Raises StopIteration for a region that is not found."""
    region = next(region for region in regions_under_test() if region.code == code)
    path = GOLDEN / f"{code}.json"
    document = {"currency": region.currency, "on": DAY.isoformat(), "bills": bills(region)}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    for code in sys.argv[1:]:
        print(write(code))
