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
        _scroll_to(page, summary)
        expect(summary).to_be_visible()


def _scroll_to(page: Page, wanted: Locator) -> None:
    """Of so many operations the page draws those that are near to what is in sight, a moment after it was
    scrolled; what it draws it may take away again as soon as it scrolls on."""
    page.locator(".opblock").first.wait_for()
    page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
    for _ in range(300):
        page.wait_for_timeout(100)
        if wanted.is_visible():
            break
        page.evaluate("window.scrollBy({top: 400, behavior: 'instant'})")
