"""The staff's pages with every role of every scope, and with everybody else, as `staff.txt` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from django.contrib.admin.utils import quote

from tests.matrix import world
from tests.matrix.cast import Asker, Cast, as_browser
from tests.matrix.staff_scenes import FITTING, Pair, rows_of_both, tidy
from tests.matrix.stage import MODULES, Stage
from tiffin.admin.roles import roles_of
from tiffin.admin.site import site

pytestmark = pytest.mark.platform

# An example of the IBAN Registry (SWIFT, ISO 13616).
IBAN = "GB29NWBK60161331926819"


class Row(NamedTuple):
    """`model` alone, or with an action of its list."""

    model: str
    action: str
    of: str
    cells: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.model}:{self.action}" if self.action else self.model

    @property
    def address(self) -> str:
        return f"/admin/{self.model.replace('.', '/')}/"

    def may(self, name: str) -> bool:
        """Whether `support of gb` may, by role."""
        role, _, _ = name.partition(" ")
        return self.cells.get(role, "-") != "-"

    def reaches(self, name: str, region: str) -> bool:
        """Whether what belongs to `region` is in the scope of `support of gb`."""
        _, _, scope = name.rpartition(" ")
        return scope == "everywhere" or (self.of == "region" and scope == region)


def _read() -> list[Row]:
    lines = Path(__file__).with_name("staff.txt").read_text().splitlines()
    header, *rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    assert header[2:] == list(world.ROLES), "a role without a column"
    assert all(len(words) == len(header) for words in rows), "a row has a cell for each role"
    return [
        Row(*words[0].partition(":")[::2], words[1], dict(zip(world.ROLES, words[2:], strict=True)))
        for words in rows
    ]


ROWS = _read()
FORMS = ("add", "change")
PAGES = [row for row in ROWS if not row.action]
ACTIONS = [row for row in ROWS if row.action and row.action not in FORMS]


@pytest.fixture(scope="module")
def both(stage: Stage) -> Iterator[dict[str, Pair]]:
    yield rows_of_both(stage)
    tidy(stage)


@pytest.fixture(scope="module")
def http(cast: Cast) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=cast.platform.base_url, timeout=30) as client:
        yield client


def ask(http: httpx.Client, asker: Asker, path: str, form: dict[str, Any] | None = None) -> httpx.Response:
    """As a browser that holds the asker's token where staff hold theirs; a form is protected as ours are."""
    headers = as_browser({"tiffin_staff": asker.token})
    return http.request("POST" if form else "GET", path, data=form, headers=headers)


def test_every_model_and_every_action_has_a_row() -> None:
    known = set()
    for model, pages in site._registry.items():
        known.add(model._meta.label_lower)
        known |= {f"{model._meta.label_lower}:{action}" for action in pages.actions}
    written = {row.name for row in ROWS if row.action not in FORMS}
    assert sorted(known - written) == [], "on the staff's pages, but not in staff.txt"
    assert sorted(written - known) == [], "in staff.txt, but not on the staff's pages"
    assert sorted(FITTING) == sorted(row.name for row in ACTIONS)


def test_every_role_has_a_column() -> None:
    assert {role for module in MODULES for role in roles_of(module)} == set(world.ROLES)


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_who_sees_what(row: Row, cast: Cast, both: dict[str, Pair], http: httpx.Client) -> None:
    wrong = []
    for name, asker in cast.staff.items():
        listed = ask(http, asker, f"{row.address}?pk__in={','.join(both[row.model])}")
        expected = 200 if row.may(name) else 403
        if listed.status_code != expected:
            wrong.append(f"{row.address}  as {name}: expected {expected}, got {listed.status_code}")
        for region, pk in both[row.model]._asdict().items():
            wrong += _wrong_about_one(row, name, region, pk, listed, ask(http, asker, _page(row, pk)))
    assert not wrong, "\n" + "\n".join(wrong)


def _wrong_about_one(
    row: Row, name: str, region: str, pk: str, listed: httpx.Response, page: httpx.Response
) -> Iterator[str]:
    """403 without the role; as if it were not there, which is a way back, from another region."""
    visible = row.may(name) and row.reaches(name, region)
    expected = 200 if visible else 302 if row.may(name) else 403
    if page.status_code != expected:
        yield f"{_page(row, pk)} of {region}  as {name}: expected {expected}, got {page.status_code}"
    if (_page(row, pk) in listed.text) is not visible:
        yield f"{row.address}  as {name}: the list {'hides' if visible else 'shows'} {pk} of {region}"


def _page(row: Row, pk: str) -> str:
    return f"{row.address}{quote(pk)}/change/"


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_nothing_is_written_by_forms(row: Row, cast: Cast, both: dict[str, Pair], http: httpx.Client) -> None:
    """Nobody adds, changes or deletes by Django's own pages, but those who grant, promote or decide: they
    see the form again when it says nothing, and are sent away from what is not of their regions."""
    adding = {each.model: each for each in ROWS if each.action == "add"}
    changing = {each.model: each for each in ROWS if each.action == "change"}
    pk = both[row.model].gb
    wrong = []
    for name, asker in cast.staff.items():
        may_change = row.model in changing and changing[row.model].may(name)
        may_add = row.model in adding and adding[row.model].may(name)
        if row.of == "nothing":
            may_add = may_add and row.reaches(name, "gb")
            may_change = may_change and row.reaches(name, "gb")
        for path, form, expected in (
            (f"{row.address}add/", None, 200 if may_add else 403),
            (_page(row, pk), {"id": pk}, (302 if name.endswith("of pl") else 200) if may_change else 403),
            (f"{row.address}{quote(pk)}/delete/", {"post": "yes"}, 404),
            (f"{row.address}{quote(pk)}/history/", None, 404),
        ):
            got = ask(http, asker, path, form).status_code
            if got != expected:
                wrong.append(f"{path}  as {name}: expected {expected}, got {got}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_nobody_else_sees_anything(row: Row, cast: Cast, both: dict[str, Pair], http: httpx.Client) -> None:
    """A token of another kind, even where staff hold theirs, is as good as none."""
    pk = both[row.model].gb
    paths = [
        row.address,
        *(f"{row.address}{end}" for end in ("add/", f"{quote(pk)}/change/", f"{quote(pk)}/delete/")),
    ]
    wrong = [
        f"{path}  as {column}: expected the login, got {answer.status_code} {answer.headers.get('Location')}"
        for column, askers in cast.everybody().items()
        if column != "staff"
        for path in (*paths, f"{row.address}{quote(pk)}/history/")
        if not _is_login(answer := ask(http, askers[0], path))
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def _is_login(answer: httpx.Response) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("row", ACTIONS, ids=lambda row: row.name)
def test_action(
    row: Row, cast: Cast, stage: Stage, http: httpx.Client, request: pytest.FixtureRequest
) -> None:
    """Refused to all who may not, on the very row on which somebody then does it."""
    request.addfinalizer(stage.clear)
    pk = FITTING[row.name](stage)
    before = _done(cast, row, pk)
    others = [asker for column, askers in cast.everybody().items() if column != "staff" for asker in askers]
    may_not = [name for name in cast.staff if not (row.may(name) and row.reaches(name, "gb"))]
    seen = _seen(http, cast.staff["admin of everywhere"], row, pk)
    for asker in (*others, *(cast.staff[name] for name in may_not)):
        _do(http, asker, row, pk, seen)
    assert _done(cast, row, pk) == before, f"{row.name} was done by somebody who may not"

    assert _wrongly_offered(row, cast, http) == []
    admin = "admin of gb" if row.reaches("admin of gb", "gb") else "admin of everywhere"
    answer = _do(http, cast.staff[admin], row, pk, seen)
    assert answer.status_code == 302, answer.text[:300]
    assert _done(cast, row, pk)[0] == before[0] + 1, f"{row.name} was not done by an {admin}"


def _seen(http: httpx.Client, asker: Asker, row: Row, pk: str) -> dict[str, str]:
    """What a page that is shown before says that it has shown."""
    if row.name != "ads.campaign:approve":
        return {f"keeps-{pk}": "0"}
    page = ask(http, asker, row.address, {"action": row.action, "_selected_action": pk}).text
    return dict(re.findall(rf'name="(seen-{pk})" value="(\w+)"', page))


def _do(http: httpx.Client, asker: Asker, row: Row, pk: str, seen: dict[str, str]) -> httpx.Response:
    """Whatever an action asks for is said: a note, days, and that what it would mean has been seen."""
    form = {
        "action": row.action,
        "_selected_action": pk,
        "note": "asked by the matrix",
        "iban": IBAN,
        "days": "5",
    }
    form |= {"end_to_end_id": f"{pk.replace('-', '')}-1", "confirmed": "yes", **seen}
    return ask(http, asker, row.address, form)


def _done(cast: Cast, row: Row, pk: str) -> tuple[int, list[Any]]:
    """How often it is recorded as done, and what was published about it but by the platform itself."""
    module = row.model.partition(".")[0]
    subject = f"{row.model.partition('.')[2]}:{pk}"
    query = "SELECT count(*) FROM staff_action WHERE action = %s AND subject = %s"
    ((done,),) = cast.platform.sql(module, query, [row.action, subject])
    events = "SELECT event_id FROM log_event WHERE key::text = %s AND actor <> 'service'"
    return done, cast.platform.sql(module, events, [pk])


def _wrongly_offered(row: Row, cast: Cast, http: httpx.Client) -> list[str]:
    option = f'<option value="{row.action}"'
    return [
        f"{row.name} is {'not ' if row.may(name) else ''}offered to {name}"
        for name, asker in cast.staff.items()
        if row.reaches(name, "gb") and (option in ask(http, asker, row.address).text) is not row.may(name)
    ]
