"""What the parts of a Deliverect menu must be to each other. Shapes are checked before, in `document`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modules.restaurants.menus.deliverect import wire
from modules.restaurants.menus.deliverect.document import Found, Menu
from modules.restaurants.menus.deliverect.prices import PriceUnknown, minor_units_of, price_in
from modules.restaurants.menus.deliverect.snoozes import snooze_end
from modules.restaurants.menus.documents import Wanted
from modules.restaurants.menus.nesting import nesting_problems

_SOLD = (wire.PRODUCT, wire.MODIFIER)
_GROUPS = (wire.GROUP, wire.BUNDLE)


def problems_in(menus: Sequence[Menu], wanted: Wanted) -> list[str]:
    """Every problem, as `path: sentence`, menu by menu in the order of the file."""
    found = [problem for menu in menus for problem in _problems(menu, wanted)]
    return found or list(_conflicts(menus))


def _problems(menu: Menu, wanted: Wanted) -> Iterator[str]:
    for entity in menu.entities.values():
        yield from _entity_problems(entity, menu, wanted)
    for category in menu.categories:
        yield from _category_problems(category, menu)
    yield from _nesting_problems(menu)


def _entity_problems(entity: Found[wire.Entity], menu: Menu, wanted: Wanted) -> Iterator[str]:
    path, value = entity.path, entity.value
    if not value.name.strip():
        yield f"{path}.name: needs a text"
    if value.product_type in _SOLD:
        yield from _sold_problems(path, value, wanted)
    else:
        yield from _group_problems(path, value, menu)
    wanted_below = _GROUPS if value.product_type in _SOLD else _SOLD
    for index, id_ in enumerate(value.sub_products or ()):
        at = f"{path}.subProducts[{index}]"
        below = menu.entities.get(id_)
        if below is None:
            yield f"{at}: there is no product “{id_}”"
        elif below.value.product_type not in wanted_below:
            kinds = "groups" if wanted_below is _GROUPS else "products and modifiers"
            yield f"{at}: only {kinds} may stand here; “{id_}” has productType {below.value.product_type}"
    if value.snoozed and snooze_end(value, menu.snoozes) is None and _snooze_text(value, menu):
        yield f"{path}.snoozeId: its snoozeEnd “{_snooze_text(value, menu)}” is no time"


def _snooze_text(value: wire.Entity, menu: Menu) -> str:
    snooze = menu.snoozes.get(value.snooze_id or "") or menu.snoozes.get(value.plu)
    return (snooze and snooze.snooze_end) or ""


def _sold_problems(path: str, value: wire.Entity, wanted: Wanted) -> Iterator[str]:
    if not value.plu:
        yield f"{path}.plu: is missing; orders name products by their PLU"
    for at, price in _prices_of(value):
        try:
            minor_units_of(price, wanted.currency)
        except PriceUnknown as error:
            yield f"{path}.{at}: {error}"
    image = value.image_url
    if image and "://" not in image and image not in wanted.pictures:
        yield f"{path}.imageUrl: there is no picture “{image}” beside the file"


def _prices_of(value: wire.Entity) -> Iterator[tuple[str, int]]:
    yield "price", value.price
    for index, overload in enumerate(value.overloads or ()):
        if overload.price is not None:
            yield f"overloads[{index}].price", overload.price
        if overload.bundle_price is not None:
            yield f"overloads[{index}].bundlePrice", overload.bundle_price


def _group_problems(path: str, value: wire.Entity, menu: Menu) -> Iterator[str]:
    if value.max and value.min > value.max:
        yield f"{path}.max: {value.max} is less than min ({value.min})"
    if value.min and not any(_is_offered(menu, id_) for id_ in value.sub_products or ()):
        yield f"{path}.min: the group has no options to choose"
    for name, given in (
        ("minUniqueOptions", value.min_unique_options),
        ("maxUniqueOptions", value.max_unique_options),
    ):
        if given:
            yield f"{path}.{name}: limits on different options are not supported"


def _is_offered(menu: Menu, id_: str) -> bool:
    below = menu.entities.get(id_)
    return below is not None and below.value.visible


def _category_problems(category: Found[wire.Category], menu: Menu) -> Iterator[str]:
    path, value = category.path, category.value
    if not value.name.strip():
        yield f"{path}.name: needs a text"
    if not value.id and not value.pos_category_id:
        yield f"{path}._id: is missing"
    if value.sub_categories:
        yield f"{path}.subCategories: are not supported; make them categories of their own"
    name = "subProducts" if value.sub_products else "products"
    for index, id_ in enumerate(value.sub_products or value.products or ()):
        below = menu.entities.get(id_)
        if below is None:
            yield f"{path}.{name}[{index}]: there is no product “{id_}”"
        elif below.value.product_type != wire.PRODUCT:
            kind = below.value.product_type
            yield f"{path}.{name}[{index}]: categories hold products; “{id_}” has productType {kind}"


def _nesting_problems(menu: Menu) -> Iterator[str]:
    def options_of(id_: str) -> list[str]:
        entity = menu.entities.get(id_)
        return (entity and entity.value.sub_products) or []

    def groups_of(id_: str) -> list[str]:
        """As often as each of them is chosen from."""
        known = [(each, menu.entities.get(each)) for each in options_of(id_)]
        return [each for each, group in known for _ in range(group.value.multiply if group else 1)]

    items = (
        (f"{entity.path}.subProducts", id_)
        for id_, entity in menu.entities.items()
        if entity.value.product_type == wire.PRODUCT
    )
    return nesting_problems(items, groups_of, options_of)


def _conflicts(menus: Sequence[Menu]) -> Iterator[str]:
    """A PLU is one dish: it may stand in several categories and menus, and costs the same in all."""
    prices: dict[str, tuple[str, int]] = {}
    for menu in menus:
        for category in menu.categories:
            for id_ in category.value.sub_products or category.value.products or ():
                entity = menu.entities[id_]
                plu, price = entity.value.plu, price_in(entity.value, group=None)
                path, known = prices.setdefault(plu, (entity.path, price))
                if known != price:
                    yield f"{entity.path}.price: “{plu}” costs {price} here and {known} at {path}"
