"""Every list of the staff's pages can be searched and filtered, by region too where rows belong to one."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldDoesNotExist

from tiffin.admin import ModuleAdmin
from tiffin.admin.site import site

# Nothing tells these rows apart but the restaurant, which is searched for.
PLAIN = {"orders.knownmenu", "orders.restaurantrating"}
# Sums: a day or an hour of a region, found by the filters alone.
SUMS = {
    "orders.figure",
    "payments.dayclose",
    "rewards.liabilityday",
    "rewards.outstandingfigure",
    "rewards.pointsfigure",
    "subscriptions.cohortfigure",
}
LISTS = sorted(site._registry.values(), key=lambda pages: pages.opts.label_lower)


def _has_region(pages: ModuleAdmin) -> bool:
    """Whether the field by which staff see their own rows names a region, and nothing else too."""
    if pages.region_field == "scope":
        return False
    try:
        pages.model._meta.get_field(pages.region_field.partition("__")[0])
    except FieldDoesNotExist:
        return False
    return True


@pytest.mark.parametrize("pages", LISTS, ids=lambda pages: pages.opts.label_lower)
def test_a_list_can_be_searched_and_filtered(pages: ModuleAdmin) -> None:
    filters = [each[0] if isinstance(each, tuple) else each for each in pages.list_filter]
    assert pages.search_fields or pages.opts.label_lower in SUMS
    assert filters or pages.opts.label_lower in PLAIN
    assert pages.region_field in filters or not _has_region(pages)
