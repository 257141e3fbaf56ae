"""The API's description, for people, where there is no internet."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(400)]

OPERATIONS = ("POST /api/v1/quotes", "POST /api/v1/orders", "GET /api/v1/restaurants")


def test_the_operations_are_listed_offline(open_page):
    """`browser` finds no other machine than this one."""
    page = open_page()

    page.goto("/api/v1/docs/")

    for operation in OPERATIONS:
        method, path = operation.split()
        summary = page.locator(f".opblock-{method.lower()}").filter(has=page.locator(f'[data-path="{path}"]'))
        expect(_scrolled_to(page, summary)).to_be_visible()


def _scrolled_to(page: Page, wanted: Locator) -> Locator:
    """Of so many operations the page draws those that are in sight."""
    page.locator(".opblock").first.wait_for()
    page.evaluate("window.scrollTo(0, 0)")
    for _ in range(300):
        if wanted.count():
            wanted.scroll_into_view_if_needed()
            break
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(50)
    return wanted
