"""A receipt on paper, as a browser prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page

from modules.orders.selectors.receipt_words import WORDS

A4_WIDTH_MM, MARGIN_MM, PX_A_MM = 210, 15, 96 / 25.4


def receipt(lines: int) -> str:
    """As `selectors.receipts.printed` fills it in."""
    shown: dict[str, Any] = {
        "language": "en",
        "words": WORDS["en"],
        "title": "Receipt",
        "number": "GB-R-2026-000001",
        "order_code": "K7QX2M",
        "issued": "2026-06-01",
        "supplied": "2026-06-01",
        "seller": "Noodle Bar",
        "seller_address": "12 Frith Street, London",
        "shows_tax_id": True,
        "buyer": "Zofia",
        "lines": [
            (f"{number} × Ramen with a name that is long for a dish", "12.50") for number in range(lines)
        ],
        "taxes": [("20 %", "10.42", "2.08", "12.50")],
        "total": "12.50 GBP",
        "tax": "2.08 GBP",
    }
    return render_to_string("orders/receipt.html", shown)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def pages_of(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))


def style(page: Page, selector: str, name: str) -> str:
    found = page.locator(selector).first
    return str(found.evaluate("(element, name) => getComputedStyle(element).getPropertyValue(name)", name))


def test_a_receipt_is_one_sheet_and_nothing_on_it_is_for_a_screen(page) -> None:
    page.set_content(receipt(8))
    assert page.locator("nav, header, form, button, script, a").count() == 0
    assert page.get_by_text("Print this page").is_visible()
    page.emulate_media(media="print")
    assert not page.get_by_text("Print this page").is_visible()
    assert pages_of(page) == 1


def test_a_long_receipt_goes_on_with_its_heads_and_tears_nothing_apart(page) -> None:
    page.set_content(receipt(120))
    page.emulate_media(media="print")
    assert pages_of(page) >= 3
    assert style(page, "thead", "display") == "table-header-group"
    assert style(page, "tbody tr", "break-inside") == "avoid"
    assert style(page, ".total", "break-before") == "avoid"
    assert style(page, ".taxes", "break-inside") == "avoid"


def test_a_receipt_is_as_wide_as_the_paper(page) -> None:
    width = round((A4_WIDTH_MM - 2 * MARGIN_MM) * PX_A_MM)
    page.set_viewport_size({"width": width, "height": 1000})
    page.set_content(receipt(8))
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert style(page, "body", "padding-left") == "0px"
