"""The staff's pages about jobs, logs and held events: by role, by region, and under each module's name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.people import until
from tests.matrix.cast import Cast
from tests.matrix.stage import MODULES
from tiffin.admin.roles import roles_of

pytestmark = pytest.mark.platform
PAGES = ("held-events", "jobs", "log")


def _may(name: str, module: str, permission: str) -> bool:
    role, _, _ = name.partition(" ")
    return permission in roles_of(module).get(role, ())


def _scope(name: str) -> str:
    return name.rpartition(" ")[2]


def _reaches(name: str, region: str) -> bool:
    return _scope(name) in ("everywhere", region)


@pytest.fixture
def polish_order(cast: Cast) -> Iterator[str]:
    order = cast.customer2.order(cast.pl)
    cast.customer2.await_status(order, "waiting_for_restaurant")
    yield str(order["id"])
    cast.cancel_by_staff("admin of pl", order["id"])


@pytest.mark.parametrize("page", [*PAGES, *(f"{module}/{page}" for module in MODULES for page in PAGES)])
def test_a_page_is_for_staff(cast: Cast, page: str) -> None:
    assert cast.as_staff("nobody of nowhere", f"/admin/{page}/").status_code == 200
    for column, askers in cast.everybody().items():
        answer = cast.http.get(f"/admin/{page}/", headers={"Cookie": f"tiffin_staff={askers[0].token}"})
        assert (answer.status_code == 302) is (column != "staff"), column


@pytest.mark.parametrize("module", MODULES)
def test_who_sees_that_there_is_a_module(cast: Cast, module: str) -> None:
    answers = {name: cast.as_staff(name, f"/admin/{module}/").status_code for name in cast.staff}
    assert answers == {name: 200 if _may(name, module, "view") else 404 for name in cast.staff}


def test_jobs_of_another_region_are_neither_seen_nor_dropped(cast: Cast, polish_order: str) -> None:
    query = "SELECT id, key FROM job WHERE key = %s AND slot = 'deadline'"
    ((job, _),) = cast.platform.await_rows("orders", query, [polish_order])
    drop = {"module": "orders", "verb": "drop", "id": str(job)}

    for name in cast.staff:
        if not (_may(name, "orders", "change") and _reaches(name, "pl")):
            cast.as_staff(name, "/admin/jobs/", drop)
        seen = polish_order in cast.as_staff(name, "/admin/jobs/?show=coming").text
        assert seen is (_may(name, "orders", "view") and _reaches(name, "pl")), name
    assert cast.platform.sql("orders", query, [polish_order]) != [], "dropped by somebody who may not"

    cast.as_staff("operations of pl", "/admin/jobs/", drop)
    assert cast.platform.sql("orders", query, [polish_order]) == []


def test_a_log_is_read_by_those_who_may_view_the_module_in_its_region(cast: Cast, polish_order: str) -> None:
    customer = cast.made["matrix-pl"]["customer pl"]
    for key, event, module in (
        (polish_order, "orders.order_placed", "orders"),
        (customer, "identity.customer_registered", "identity"),
    ):
        for name in cast.staff:
            seen = event in cast.as_staff(name, f"/admin/log/?key={key}").text
            assert seen is (_may(name, module, "view") and _reaches(name, "pl")), f"{event} as {name}"


def test_held_events_are_let_go_by_those_who_may_change_and_resumed_by_those_of_everywhere(
    cast: Cast,
) -> None:
    for verb in ("retry", "skip", "resume"):
        form = {"module": "orders", "verb": verb, "id": "0", "subscriber": "none", "producer": "none"}
        for name in cast.staff:
            may = _may(name, "orders", "change") and (verb != "resume" or _reaches(name, "everywhere"))
            got = cast.as_staff(name, "/admin/held-events/", form).status_code
            assert got == (302 if may else 403), f"{verb} as {name}"


def test_a_form_offers_only_whom_one_sees(cast: Cast) -> None:
    """The field of a grant's account is searched by address; it knows the accounts of one's regions."""
    field = "app_label=identity&model_name=grant&field_name=account"
    for name in cast.staff:
        answer = cast.as_staff(name, f"/admin/autocomplete/?{field}&term=kitchen-matrix-pl")
        expected = _may(name, "identity", "view") and _reaches(name, "pl")
        assert (answer.status_code == 200 and answer.json()["results"] != []) is expected, name


def test_a_grant_reaches_no_further_than_who_grants(cast: Cast) -> None:
    account = cast.made["matrix-pl"]["leaving courier pl"]
    query = "SELECT scope FROM identity_grant WHERE account_id = %s ORDER BY scope"
    form = {"account": account, "role": "courier", "scope": "gb"}

    for name in cast.staff:
        if name != "admin of everywhere":
            cast.as_staff(name, "/admin/identity/grant/add/", form)
    assert cast.platform.sql("identity", query, [account]) == [("pl",)]

    cast.as_staff("admin of everywhere", "/admin/identity/grant/add/", form)
    until(lambda: cast.platform.sql("identity", query, [account]), lambda rows: rows == [("gb",), ("pl",)])
