"""With payments elsewhere, neither side can open the other's database, import its code, or be spoken to
through the origin."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import httpx
import msgspec
import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.acceptance.people import refused
from tiffin.db.schemas import password_of, role_of
from tiffin.remote.peers import MEDIA_TYPE
from tiffin.remote.signing import HEADER, sign
from tiffin.testing.running import Platform
from tiffin.testing.services import ROOT

pytestmark = [pytest.mark.platform, pytest.mark.full]
MAIN, PAYMENTS = "orders", "payments"
BOTH_WAYS = pytest.mark.parametrize(("of", "other"), [(MAIN, PAYMENTS), (PAYMENTS, MAIN)])
PROCESSES = {
    MAIN: ("web", "stream", "worker", "beat"),
    PAYMENTS: ("payments-web", "payments-worker", "payments-beat"),
}
MESSAGE = msgspec.msgpack.encode({"producer": PAYMENTS, "since": None})
DOOR = "/internal/v1/horizon"
PUBLISHED = ("interface", "events")
INSIDE = ("models", "services", "selectors", "provider", "jobs", "rest.views", "admin")


def server_of(platform: Platform, module: str) -> dict[str, str]:
    """How the administrator of a module's server connects to it."""
    return {
        name: str(told)
        for name, told in conninfo_to_dict(platform.environment(module)["DATABASE_URL"]).items()
    }


@BOTH_WAYS
def test_no_password_of_one_side_opens_the_other_sides_server(
    platform: Platform, of: str, other: str
) -> None:
    mine, theirs = server_of(platform, of), server_of(platform, other)
    secret = platform.environment(of)["TIFFIN_SECRET_KEY"]
    keys = [(role_of(module), password_of(module, secret)) for module in (of, other)]
    assert opens(mine, *keys[0])

    for user, password in (*keys, (mine["user"], mine["password"])):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            opens(theirs, user, password)


def opens(server: dict[str, str], user: str, password: str) -> bool:
    with psycopg.connect(**{**server, "user": user, "password": password}) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


@BOTH_WAYS
def test_no_process_of_one_side_is_told_the_other_sides_server(
    platform: Platform, of: str, other: str
) -> None:
    theirs = server_of(platform, other)
    traces = re.compile(rf"port={theirs['port']}\b|:{theirs['port']}/|{re.escape(theirs['password'])}")
    pids = [pid for name in PROCESSES[of] for pid in (platform.process(name), *platform.children(name))]
    assert len(pids) > len(PROCESSES[of])
    for pid in pids:
        told = psutil.Process(pid).environ()
        assert told["TIFFIN_SECRET_KEY"] != platform.environment(other)["TIFFIN_SECRET_KEY"]
        assert not {name: value for name, value in told.items() if traces.search(value)}


@BOTH_WAYS
def test_one_side_has_no_table_of_the_other(platform: Platform, of: str, other: str) -> None:
    schemas = [name for (name,) in platform.sql(of, "SELECT nspname::text FROM pg_namespace")]
    assert of in schemas
    assert other not in schemas


@BOTH_WAYS
def test_of_a_module_elsewhere_only_what_it_publishes_can_be_imported(
    platform: Platform, of: str, other: str
) -> None:
    here = dict.fromkeys((*PUBLISHED, *INSIDE), "imported")
    there = here | dict.fromkeys(INSIDE, "ModuleElsewhere")
    assert imported(platform, within=of, module=of) == here
    assert imported(platform, within=of, module=other) == there


def imported(platform: Platform, *, within: str, module: str) -> dict[str, str]:
    """What becomes of importing each room of `module` in the deployable that holds `within`."""
    ran = subprocess.run(
        [sys.executable, "-c", IMPORTING, *(f"modules.{module}.{room}" for room in (*PUBLISHED, *INSIDE))],
        cwd=ROOT,
        env=platform.environment(within),
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(f"modules.{module}.")[2]: end for name, end in json.loads(ran.stdout).items()}


IMPORTING = """
import importlib, json, sys
import django
django.setup()
ends = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
        ends[name] = "imported"
    except ImportError as error:
        ends[name] = type(error).__name__
json.dump(ends, sys.stdout)
"""


def test_groups_speak_to_each_other_past_the_origin_and_only_signed(platform: Platform) -> None:
    key = (platform.home.secrets / "internal.key").read_text()
    signature = sign(DOOR, MESSAGE, key=key)
    payments = platform.address_of(PAYMENTS)

    nothing = say(platform.base_url, signature)  # the origin itself says so
    assert (nothing.status_code, nothing.headers["Content-Type"]) == (404, "application/problem+json")
    assert nothing.json()["code"] == "not_found"
    refused(say(payments, ""), 401, "bad_signature")
    refused(say(payments, sign(DOOR, MESSAGE, key="somebody else's")), 401, "bad_signature")
    refused(say(payments, sign("/internal/v1/call", MESSAGE, key=key)), 401, "bad_signature")
    answered = say(payments, signature)
    assert (answered.status_code, answered.headers["Content-Type"]) == (200, MEDIA_TYPE)


def say(url: str, signature: str) -> httpx.Response:
    return httpx.post(url + DOOR, content=MESSAGE, headers={HEADER: signature} if signature else {})
