"""Staff find an order and what has happened to it, and see how points go."""

from __future__ import annotations

import subprocess
import sys
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tiffin.testing.running import Platform
from tiffin.testing.services import ROOT

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(400)]


def test_staff_open_an_order_and_see_its_timeline(customer, staff):
    # Given an order
    customer.has_checked_out()
    customer.place_button.click()
    customer.is_told("Waiting for the restaurant")
    code = customer.order_code

    # When staff look it up
    staff.logs_in_to_admin()
    staff.page.goto("/admin/orders/order/")
    staff.follow(code)

    # Then they read its timeline
    timeline = staff.page.locator("#timeline-group")
    for state in ("placed", "authorised", "offered"):
        expect(timeline.get_by_text(state).first).to_be_visible()


REPORT, BOARD = (
    "/admin/rewards/outstandingfigure/report/?region=gb",
    "/admin/dashboard/?region=gb&period=today",
)
SUMMED = "from modules.rewards.services.figures import make_figures; make_figures()"
# How much of a chart is painted in one of the colours of its data, which no line and no word has. What a
# colour of the theme comes to only the browser knows: it is painted beside, and read.
DRAWN = """
canvas => {
    const one = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const colours = JSON.parse(canvas.dataset.value).datasets.map(set => {
        const name = set.backgroundColor.slice("var(".length, -1);
        one.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
        one.fillRect(0, 0, 1, 1);
        return one.getImageData(0, 0, 1, 1).data.slice(0, 3).join();
    });
    const {width, height} = canvas, seen = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    let painted = 0;
    for (let at = 0; at < seen.length; at += 4) {
        if (seen[at + 3] && colours.includes(seen.slice(at, at + 3).join())) painted += 1;
    }
    return painted;
}
"""


@pytest.mark.parametrize("width", [360, 1280])
def test_the_charts_of_points_are_drawn(staff, platform: Platform, width: int) -> None:
    """On a phone and on a desk; no page complains, at which `open_page` looks at the end."""
    _in_the_platform(platform, "-m", "tests.acceptance.points", str(uuid4()), "1000")
    _in_the_platform(platform, "manage.py", "shell", "-c", SUMMED)
    staff.logs_in_to_admin()
    staff.page.set_viewport_size({"width": width, "height": 800})

    staff.page.goto(REPORT)
    staff.reads("are outstanding")
    by_expiry, by_age, _ = _charts(staff.page, width)
    assert by_expiry > 0
    assert by_age > 0

    staff.page.goto(BOARD)
    staff.reads("Points: issued")
    assert max(_charts(staff.page, width)) > 0


def _in_the_platform(platform: Platform, *program: str) -> None:
    done = subprocess.run(
        [sys.executable, *program],
        cwd=ROOT,
        env=platform.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _charts(page: Page, width: int) -> list[int]:
    """How much of each is painted; all of them are on the page, and as wide as it has room for."""
    found = []
    for chart in page.locator("canvas.chart").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_be_visible()
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] > 150
        assert box["height"] > 100
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        found.append(chart.evaluate(DRAWN))
    return found
