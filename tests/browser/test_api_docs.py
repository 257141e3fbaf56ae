"""The API's description, for people, where there is no internet."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(400)]

OPERATIONS = ("POST /api/v1/quotes", "POST /api/v1/orders", "GET /api/v1/restaurants")


def test_the_operations_are_listed_offline(open_page):
    """`browser` finds no other machine than this one."""
    page = open_page()

    page.goto("/api/v1/docs/")

    for operation in OPERATIONS:
        method, path = operation.split()
        summary = page.locator(f".opblock-{method.lower()}").filter(has=page.locator(f'[data-path="{path}"]'))
        expect(summary).to_be_visible()
