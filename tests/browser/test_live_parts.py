"""A part of a page that is kept fresh, in a browser; what it asks is answered by the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.watch import Watch

SCRIPT = Path(__file__).parents[2] / "modules/storefront/static/storefront/live.js"
PAGE = """<!doctype html><title>Kitchen</title>
<div data-live="/part" data-every="0.05">{part}</div><script src="/live.js"></script>"""


def tickets(*numbers: int) -> str:
    form = """<form action="/{n}/hand-over"><p>Order {n}</p>
        <input type="checkbox" name="age_checked" value="yes"><input name="words{n}">
        <select name="minutes"><option>10</option><option>20</option></select>
        <input type="file" name="photo"></form>"""
    return "".join(form.replace("{n}", str(number)) for number in numbers)


class Kept:
    """The page, and what its part is at the moment."""

    def __init__(self, page: Page) -> None:
        self.page, self.part, self.late = page, tickets(1), 0
        self.watch = Watch(page.context, "http://127.0.0.1")
        page.route("**/*", self.answer)
        page.goto("http://127.0.0.1/")

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix("http://127.0.0.1")
        if path == "/":
            route.fulfill(body=PAGE.replace("{part}", self.part), content_type="text/html")
        elif path == "/live.js":
            route.fulfill(body=SCRIPT.read_text(), content_type="text/javascript")
        elif path == "/part" and self.late:
            self.late -= 1
            route.fulfill(status=503, body="")
        elif path == "/part":
            route.fulfill(body=self.part, content_type="text/html")
        else:
            route.fulfill(status=404, body="")


@pytest.fixture
def kept(browser: Browser) -> Iterator[Kept]:
    context = browser.new_context()
    yield Kept(context.new_page())
    context.close()


def test_a_new_order_is_shown_whatever_was_ticked_and_nothing_is_lost(kept: Kept) -> None:
    page: Any = kept.page
    page.get_by_role("textbox").fill("Without ice")
    page.get_by_role("combobox").select_option("20")
    page.get_by_role("checkbox").check()

    kept.part = tickets(2, 1)

    expect(page.get_by_text("Order 2")).to_be_visible(timeout=5_000)
    expect(page.get_by_role("checkbox").nth(1)).to_be_checked()
    expect(page.get_by_role("checkbox").nth(0)).not_to_be_checked()
    expect(page.get_by_role("textbox").nth(1)).to_have_value("Without ice")
    assert [each.input_value() for each in page.get_by_role("combobox").all()] == ["10", "20"]


def test_whoever_writes_is_left_alone_until_they_stop(kept: Kept) -> None:
    page: Any = kept.page
    page.get_by_role("textbox").fill("Without")
    kept.part = tickets(2, 1)
    page.wait_for_timeout(500)
    assert page.get_by_text("Order 2").count() == 0

    page.evaluate("touched -= PATIENCE")

    expect(page.get_by_text("Order 2")).to_be_visible(timeout=5_000)
    expect(page.locator("[name=words1]")).to_be_focused()
    expect(page.locator("[name=words1]")).to_have_value("Without")


def test_a_file_that_was_chosen_is_not_lost(kept: Kept) -> None:
    page: Any = kept.page
    page.locator("[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"x"})
    page.evaluate("document.activeElement.blur()")
    kept.part = tickets(2, 1)
    page.wait_for_timeout(500)
    assert page.get_by_text("Order 2").count() == 0


@pytest.mark.parametrize(("times", "complaints"), [(1, 0), (2, 1)])
def test_a_part_that_is_late_is_asked_for_again(kept: Kept, times: int, complaints: int) -> None:
    page: Any = kept.page
    kept.late, kept.part = times, tickets(2)

    expect(page.get_by_text("Order 2")).to_be_visible(timeout=5_000)

    assert len(kept.watch.complaints) == complaints
