"""Deliverect documents for tests, in the shape of the examples in Deliverect's developer documentation: "Menu
Update (Async)", "How to handle Modifier Groups", "How to handle Product Snoozing", "Store Opening Times" and
"Glossary - Product Insert", read November 2026. That a bundle is referred to as a modifier group is, is
unconfirmed."""

from __future__ import annotations

import json
from typing import Any

LINK = "649ad021949cfa36470f9ea9"
LOCATION = "61c30761e41eefadd03072af"


def entity(id_: str, plu: str, price: int, kind: int, *below: str, **more: Any) -> dict[str, Any]:
    return {
        "_id": id_,
        "name": plu.title(),
        "description": "",
        "descriptionTranslations": {},
        "nameTranslations": {},
        "account": "61c3070ae41eefadd0306de1",
        "deliveryTax": 9000,
        "imageUrl": "",
        "location": LOCATION,
        "max": 0,
        "min": 0,
        "multiply": 1,
        "plu": plu,
        "price": price,
        "productTags": [],
        "productType": kind,
        "subProducts": list(below),
        "snoozed": False,
    } | more


def keyed(*entities: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["_id"]: each for each in entities}


def menu(**changes: Any) -> dict[str, Any]:
    """Steak with a cooking instruction and sides, sate whose rice has a sauce, a meal deal, and a cola."""
    return {
        "availabilities": [
            {"dayOfWeek": day, "startTime": "09:00", "endTime": "22:00"} for day in range(1, 8)
        ],
        "bundles": keyed(entity("b1", "DEAL-DRINK", 0, 4, "p4", min=1, max=1)),
        "categories": [
            {
                "_id": "c1",
                "name": "Mains",
                "nameTranslations": {"en": "Main dishes"},
                "subCategories": [],
                "products": ["p1", "p2", "p3"],
                "subProducts": ["p1", "p2", "p3"],
                "availabilities": [],
                "menu": "m1",
            },
            {
                "_id": "c2",
                "name": "Drinks",
                "products": ["p5"],
                "subProducts": ["p5"],
                "availabilities": [{"dayOfWeek": 6, "startTime": "18:00", "endTime": "23:59"}],
            },
        ],
        "channelLinkId": LINK,
        "currency": 1,
        "menu": "test",
        "menuId": "64648bd2a28d59a83ff80406",
        "menuType": 0,
        "modifierGroups": keyed(
            entity("g1", "MOD-01", 900, 3, "m1", "m2", min=1, max=1, name="Cooking instructions"),
            entity("g2", "MOD-02", 900, 3, "m3", multiMax=3, maxFree=1, name="Add a side"),
            entity("g3", "MOD-03", 0, 3, "m4", name="Choose rice"),
            entity("g4", "MOD-04", 0, 3, "m5", name="Choose a sauce"),
        ),
        "modifiers": keyed(
            entity("m1", "COOK-01", 0, 2, name="Rare"),
            entity("m2", "COOK-02", 0, 2, name="Well done"),
            entity("m3", "SI-01", 200, 2, name="Fries", productTags=[112]),
            entity("m4", "RICE-01", 450, 2, "g4", name="White rice"),
            entity("m5", "SAUCE-01", 50, 2, name="Sate sauce"),
        ),
        "nestedModifiers": True,
        "products": keyed(
            entity(
                "p1", "STK-01", 1900, 1, "g1", "g2",
                name="Steak", productTags=[101, 108],
                nameTranslations={"en": "Steak frites", "ar": "شريحة لحم"},
            ),
            entity("p2", "P-SATE", 800, 1, "g3", name="Chicken sate"),
            entity("p3", "DEAL-01", 1200, 1, "b1", name="Meal deal", isCombo=True),
            entity("p4", "DRNK-01#D1#", 0, 1, name="Cola", productTags=[10]),
            entity("p5", "DRNK-01", 250, 1, name="Cola", productTags=[10]),
        ),
        "productTags": [],
        "snoozedProducts": {},
    } | changes  # fmt: skip


def product_document() -> dict[str, Any]:
    """What a point of sale sends: lists that name each other by PLU and category."""
    return {
        "accountId": "61c3070ae41eefadd0306de1",
        "locationId": LOCATION,
        "categories": [{"name": "Mains", "posCategoryId": "MAIN"}],
        "products": [
            {
                "productType": 1,
                "plu": "473",
                "price": 1025,
                "name": "Ice cream for 2",
                "posCategoryIds": ["MAIN"],
                "subProducts": ["1411"],
            },
            {
                "productType": 4,
                "plu": "1411",
                "name": "Choose your flavour",
                "multiply": 2,
                "min": 1,
                "max": 1,
                "subProducts": ["VAN", "TRF"],
            },
            {"productType": 1, "plu": "VAN", "price": 300, "name": "Vanilla"},
            {
                "productType": 1,
                "plu": "TRF",
                "price": 500,
                "name": "Truffle",
                "overloads": [{"scopes": ["1411"], "bundlePrice": 150}],
            },
        ],
    }


def pushed(*menus: dict[str, Any]) -> str:
    """A synchronous menu push."""
    return json.dumps(list(menus) or [menu()])
