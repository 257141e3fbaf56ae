"""No page complains in the browser's console, and none asks another origin: `open_page` looks at the end."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(400)]


def visit(page, *paths: str) -> None:
    for path in paths:
        answer = page.goto(path, wait_until="load")
        assert answer.status == 200, path
        expect(page.locator("body")).to_be_visible()


def test_the_pages_for_everybody(open_page):
    visit(
        open_page(),
        "/",
        "/?city=warsaw",
        "/?city=london&text=nothing-is-called-so",
        "/r/ember-and-rye/",
        "/login",
        "/register",
        "/problems/",
        "/api/v1/docs/",
    )


def test_the_pages_of_a_customer(customer):
    customer.logs_in("/login", "alice@example.com")
    customer.reads("My orders")
    ordering = "/r/ember-and-rye/", "/r/ember-and-rye/checkout/", "/orders/", "/cards/"
    account = "/account/", "/account/rewards/", "/account/giving/", "/account/membership/"
    visit(customer.page, "/", *ordering, *account)


def test_the_pages_of_a_kitchen(kitchen):
    kitchen.opens()
    kitchen.follow("What is sold out")
    kitchen.reads("what is sold out")


def test_the_pages_of_a_courier(courier):
    courier.logs_in("/courier/login", "courier@example.com")
    courier.reads("Log out")
    visit(courier.page, "/courier/")


def test_the_pages_of_the_staff(staff):
    staff.logs_in_to_admin()
    links = staff.page.locator("a[href^='/admin/']").evaluate_all("all => all.map((a) => a.pathname)")
    pages = sorted({path for path in links if path.endswith("/") and "logout" not in path})
    assert "/admin/orders/order/" in pages
    visit(staff.page, *pages)
