"""Modules elsewhere: a group each, of whose server and secrets no other group knows anything."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import urllib.request
from pathlib import Path

import psycopg
import pytest

from tiffin.embedded.groups import equip, plan
from tiffin.embedded.home import Home
from tiffin.embedded.processes import wait_until
from tiffin.embedded.tests.house import House
from tiffin.embedded.topology import Module, Topology

MAIN = {"postgres", "redis", "web", "stream", "worker", "beat", "origin"}
CARDS = {"cards-postgres", "cards-web", "cards-stream", "cards-worker", "cards-beat"}


def ask(house: House, path: str) -> str:
    with urllib.request.urlopen(house.url + path, timeout=5) as answer:
        return str(answer.read().decode()) if "stream" not in path else str(answer.readline().decode())


def who_answers(house: House, path: str) -> str:
    return ask(house, path).split()[-1]


@pytest.fixture
def apart(house: House) -> House:
    """The module `cards` elsewhere; `doors`, `tables` and the façade together."""
    house.up("--elsewhere", "cards")
    return house


def test_a_module_elsewhere_has_processes_secrets_and_a_server_of_its_own(apart: House) -> None:
    assert set(apart.processes()) == {*MAIN, *CARDS} - {"stream"}
    main, cards = apart.environment(), apart.environment("cards")
    assert (main["TIFFIN_MODULES"], cards["TIFFIN_MODULES"]) == ("doors,tables,facade", "cards")
    web = apart.status["elsewhere"]["cards"]["web"]
    assert main["TIFFIN_ELSEWHERE"] == f"cards={web}"
    assert set(re.findall(r"(\w+)=http", cards["TIFFIN_ELSEWHERE"])) == {"doors", "tables"}
    assert main["REDIS_URL"] == cards["REDIS_URL"]

    home = Path(cards["TIFFIN_HOME"])
    assert main["TIFFIN_SECRET_KEY"] != cards["TIFFIN_SECRET_KEY"]
    assert not any(str(home) in value for value in main.values())
    assert not any(cards["DATABASE_URL"].partition("?")[2] in value for value in main.values())
    assert password_of(main) != password_of(cards)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cards["DATABASE_URL"].replace(password_of(cards), password_of(main)))

    assert {file.name for file in (home / "secrets").iterdir()} == {
        "internal.key",
        "jwt-public.pem",
        "postgres-password",
        "secret-key",
    }
    for name in ("internal.key", "jwt-public.pem"):
        assert (home / "secrets" / name).read_text() == (apart.home.secrets / name).read_text()


def password_of(env: dict[str, str]) -> str:
    return env["DATABASE_URL"].split(":")[2].split("@")[0]


def test_the_origin_finds_each_module_and_none_speaks_to_them_through_it(apart: House) -> None:
    for path in ("/cards", "/cards/", "/tables/3/cards", "/admin/cards/", "/admin/cards/card/7/"):
        assert who_answers(apart, path) == "cards", path
    for path in ("/", "/tables/3", "/card-tricks", "/cards/7", "/admin/", "/admin/tables/", "/cardsharp"):
        assert who_answers(apart, path) == "doors,tables,facade", path
    assert ask(apart, "/cards/7/stream") == "data: 0\n"

    for path in (
        "/internal",
        "/internal/v1/call",
        "//internal/v1/call",
        "/%69nternal/v1/call",
        "/x/../internal/",
    ):
        status, problem = refusal(apart, path)
        assert (status, problem["code"]) == (404, "not_found"), path


def refusal(house: House, path: str) -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection(house.url.removeprefix("http://"), timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


@pytest.mark.full
def test_all_groups_are_restarted_stopped_and_forgotten_together(apart: House) -> None:
    before = apart.processes()
    os.kill(before["cards-worker"].pid, signal.SIGKILL)
    assert wait_until(
        lambda: apart.processes().get("cards-worker") not in (None, before["cards-worker"]), seconds=15
    )
    assert "cards  http://" in apart.run("status").stdout

    before = apart.processes()
    assert apart.run("down").returncode == 0
    assert not [name for name, one in before.items() if one.alive]
    secret = (apart.home.group("cards").secrets / "secret-key").read_text()

    apart.up()  # as it was begun
    assert {*CARDS} <= set(apart.processes())
    assert (apart.home.group("cards").secrets / "secret-key").read_text() == secret
    apart.run("down")

    refused = apart.run("up", "--port", "0", "--elsewhere", "tables")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "was begun with its modules in one database, cards elsewhere" in refused.stderr

    apart.up("--reset")
    assert set(apart.processes()) == MAIN
    assert not apart.home.groups


@pytest.mark.full
def test_a_supervisor_killed_at_once_leaves_no_group_behind(house: House) -> None:
    first = house.up("--elsewhere", "cards")
    before = house.processes()
    first.kill()
    first.wait()
    house.up()
    assert not [name for name, one in before.items() if one.alive]


@pytest.mark.full
def test_split_gives_each_module_a_database_in_one_process(house: House) -> None:
    house.up("--split")
    assert set(house.processes()) == MAIN
    env = house.environment()
    urls = {name: url for name, url in env.items() if name.startswith("DATABASE_URL_")}
    assert set(urls) == {"DATABASE_URL_DOORS", "DATABASE_URL_CARDS", "DATABASE_URL_TABLES"}
    for url in urls.values():
        with psycopg.connect(url) as connection:
            assert url.split("/")[3].startswith(connection.info.dbname)
    assert len(set(urls.values())) == 3
    assert "TIFFIN_ELSEWHERE" not in env


@pytest.mark.parametrize("asked", ["cats", "facade", "doors,cards,tables"])
def test_what_cannot_run_elsewhere_is_told_in_one_sentence(house: House, asked: str) -> None:
    refused = house.run("up", "--port", "0", "--elsewhere", asked)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
    assert ("one must stay" if "," in asked else "there are doors, cards, tables.") in refused.stderr


def test_keys_go_where_the_module_is_that_needs_them(tmp_path: Path) -> None:
    doors = Module("doors", secrets=("TIFFIN_JWT_PRIVATE_KEY", "TIFFIN_MASTER_KEY"))
    groups = plan(Home.at(tmp_path / "home"), Topology(("doors",)), (doors, Module("cards")), durable=False)
    equip(groups, {"TIFFIN_MASTER_KEY": "a person's", "TIFFIN_SECRET_KEY": "s"}, redis_url="r", origin="o")
    main, moved = groups
    assert "TIFFIN_MASTER_KEY" not in main.env
    assert moved.env["TIFFIN_MASTER_KEY"] == "a person's"
    assert (main.env["TIFFIN_SECRET_KEY"], moved.env["TIFFIN_SECRET_KEY"] == "s") == ("s", False)
    assert not (main.home.secrets / "jwt-private.pem").exists()
    assert (moved.home.secrets / "jwt-private.pem").exists()


def test_a_database_set_outside_is_told_to_its_module_alone(tmp_path: Path) -> None:
    known = (Module("doors", secrets=("TIFFIN_JWT_PRIVATE_KEY",)), Module("cards"), Module("tables"))
    groups = plan(Home.at(tmp_path / "home"), Topology(("cards",)), known, durable=False)
    outside = {"DATABASE_URL": "d", "DATABASE_URL_CARDS": "c", "DATABASE_URL_TABLES": "t"}
    equip(groups, outside, redis_url="r", origin="o")
    told = [{name: url for name, url in group.env.items() if "DATABASE" in name} for group in groups]
    assert told == [{"DATABASE_URL": "d", "DATABASE_URL_TABLES": "t"}, {"DATABASE_URL": "c"}]
    assert [group.own_server for group in groups] == [False, False]
