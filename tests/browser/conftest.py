"""A browser, and the people who sit at one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.people import Courier, Customer, Kitchen, Staff
from tests.browser.watch import Watch
from tiffin.testing.running import Platform

# As script/test looks for it.
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Only this machine exists: a page that needs another one is broken.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
PATIENCE_MS = 30_000


# Not of the session: while Playwright runs, Django thinks itself asynchronous and refuses the database.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        pytest.fail(f"The pages are tested in Chromium, and there is none of {', '.join(CHROMIUM)}.")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def elsewhere() -> tuple[str, ...]:
    """The origins that pages may ask beside their own."""
    return ()


@pytest.fixture
def open_page(
    browser: Browser, platform: Platform, elsewhere: tuple[str, ...]
) -> Iterator[Callable[[], Page]]:
    """Opens a browser of somebody's own. No page may complain in its console or ask another origin."""
    contexts, watches = [], []

    def opened() -> Page:
        context = browser.new_context(base_url=platform.base_url, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        watches.append(Watch(context, platform.base_url, *elsewhere))
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert [complaint for watch in watches for complaint in watch.complaints] == []


@pytest.fixture
def customer(open_page: Callable[[], Page]) -> Customer:
    return Customer(open_page())


@pytest.fixture
def kitchen(open_page: Callable[[], Page]) -> Kitchen:
    return Kitchen(open_page())


@pytest.fixture
def courier(open_page: Callable[[], Page]) -> Courier:
    return Courier(open_page())


@pytest.fixture
def staff(open_page: Callable[[], Page]) -> Staff:
    return Staff(open_page())
