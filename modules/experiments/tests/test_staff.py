"""Staff write flags and experiments, and read what came of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from modules.experiments.kinds import FlagKind
from modules.experiments.models import Experiment, Flag, Namespace, Rollout
from modules.experiments.services import analysing, trials
from modules.experiments.tests import scenes
from modules.experiments.tests.test_reading import taking_part
from tiffin import ids
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing.people import token

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("process")]

LINES = 'control | 50 | "red" | As it was\nnew | 50 | "green" | Brighter'
TERMS = {
    "key": "colours",
    "name": "Colours",
    "hypothesis": "Green sells more.",
    "variations": LINES,
    "unit_name": "customer",
    "share": "12.5",
    "regions": ["pl"],
    "condition": "{}",
    "from_place": "0",
    "to_place": "10000",
    "metric": "orders",
    "guardrails": ["cancellations"],
    "tolerance": "5",
    "stops_on_harm": "on",
}


def staff(role: str = "operations", region: str = EVERY_REGION) -> Client:
    client = Client()
    actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=(role,), regions=(region,))
    client.cookies["tiffin_staff"] = token(actor)
    return client


def do(client: Client, model: str, action: str, row: Any, **more: str) -> str:
    form = {"action": action, "_selected_action": str(row.pk), **more}
    return client.post(f"/admin/experiments/{model}/", form, follow=True).content.decode()


def test_from_a_flag_to_a_released_variation() -> None:
    desk = staff()
    colour = {"key": "shop.colour", "kind_name": "text", "value": '"plain"', "says": "Of the shop."}
    desk.post("/admin/experiments/flag/add/", colour)
    made = Flag.objects.get()
    desk.post("/admin/experiments/experiment/add/", {**TERMS, "flag": str(made.pk)})
    trial = Experiment.objects.get()
    assert (trial.share, trial.tolerance, trial.region) == (1_250, 500, "")
    assert [each["weight"] for each in trial.variations] == [5_000, 5_000]

    page = desk.get(f"/admin/experiments/experiment/{trial.pk}/change/").content.decode()
    assert "control | 50 | &quot;red&quot; | As it was" in page
    assert "12.5" in page
    do(desk, "experiment", "start", trial)
    assert set(scenes.colours(scenes.people(200)).values()) == {"plain", "red", "green"}
    do(desk, "experiment", "release", trial, note="new")

    assert scenes.colour() == "green"
    rollout = Rollout.objects.get()
    do(desk, "rollout", "switch_off", rollout)
    assert scenes.colour() == "plain"


def test_what_is_wrong_is_said_beside_the_field() -> None:
    desk, made = staff(), scenes.flag()
    wrong = 'control | 50 | "red" | As it was\nnew | 49.99 | "green" | Brighter'

    for lines, said in (
        (wrong, "Weights are 100 % together, not 99.99 %."),
        ("control, 50, red", "is not: key | share in % (two decimals) | value | name."),
        ("control | 50 | red | x\nnew | 50 | green | y", "is not: key | share"),
    ):
        form = {**TERMS, "flag": str(made.pk), "variations": lines}
        assert said in desk.post("/admin/experiments/experiment/add/", form).content.decode()
    assert not Experiment.objects.exists()


def test_a_change_while_it_runs_keeps_whoever_takes_part() -> None:
    desk, made = staff(), scenes.flag()
    desk.post("/admin/experiments/experiment/add/", {**TERMS, "flag": str(made.pk)})
    trial = Experiment.objects.get()
    do(desk, "experiment", "start", trial)

    form = {**TERMS, "flag": str(made.pk), "share": "50", "ends_at_0": "2100-01-01", "ends_at_1": "00:00:00"}
    desk.post(f"/admin/experiments/experiment/{trial.pk}/change/", form)

    stands = Experiment.get(trial.id)
    assert (stands.share, stands.buckets_changed) == (5_000, True)


def test_the_analysis_says_what_can_be_said() -> None:
    desk = staff("support")
    trial = scenes.running(scenes.flag(), guardrails=["cancellations"])
    page = f"/admin/experiments/experiment/{trial.pk}/analysis/"
    assert "not enough yet" in desk.get(page).content.decode()

    taking_part(trial, "control", [0, 1, 2] * 400)
    taking_part(trial, "new", [1, 2, 3] * 400)
    analysing.analyse(trial.id)

    shown = desk.get(page).content.decode()
    assert "+100.00%" in shown
    assert "better" in shown
    assert "1200" in shown
    assert "not as large" not in shown
    taking_part(trial, "new", [1] * 400)
    assert "not as large as they should be" in desk.get(page).content.decode()


def test_an_experiment_that_hurts_waits_for_somebody() -> None:
    trial = scenes.running(scenes.flag())
    trials.stop_experiment(experiment_id=trial.id, reason=trials.StopReason.GUARDRAIL, note="orders -9%")

    assert "Experiments that hurt" in staff().get("/admin/queues/").content.decode()


def test_staff_of_some_regions_see_nothing_of_what_is_for_all() -> None:
    trial = scenes.running(scenes.flag())
    desk = staff(region="pl")

    assert "Colours" not in desk.get("/admin/experiments/experiment/").content.decode()
    assert desk.get(f"/admin/experiments/experiment/{trial.pk}/analysis/").status_code == 404


def test_support_changes_nothing() -> None:
    trial = scenes.running(scenes.flag())

    do(staff("support"), "experiment", "stop", trial)

    assert Experiment.get(trial.id).state_name == "running"
    assert staff("support").get("/admin/experiments/flag/add/").status_code == 403


def test_a_namespace_says_who_has_which_places() -> None:
    desk = staff()
    desk.post("/admin/experiments/namespace/add/", {"key": "checkout", "says": "Paying."})
    scenes.running(scenes.flag(), namespace=Namespace.objects.get(), from_place=0, to_place=4_000)

    assert "0–4000 colours" in desk.get("/admin/experiments/namespace/").content.decode()
    assert desk.get("/admin/experiments/catalogue/").status_code == 200


@pytest.mark.parametrize(
    ("key", "is_public", "is_warned"),
    [("shop.colour", False, False), ("shop.color", False, True), ("apps.map", True, False)],
)
def test_staff_are_told_of_a_flag_that_nothing_reads(key: str, is_public: bool, is_warned: bool) -> None:
    # Given a desk that says which keys code reads
    desk, warning = staff(), "No code of this deployable reads this key"
    add = "/admin/experiments/flag/add/"
    page = desk.get(add).content.decode()
    assert ("shop.colour" in page, "storefront.home_ads" in page, warning in page) == (True, True, False)
    # When they make a flag, and come back to it
    form = {"key": key, "kind_name": "text", "value": '"red"', **({"is_public": "on"} if is_public else {})}
    saved = desk.post(add, form, follow=True).content.decode()
    shown = desk.get(f"/admin/experiments/flag/{Flag.objects.get().pk}/change/").content.decode()
    # Then they are told both times if neither code nor apps read it
    assert [page.count(warning) for page in (saved, shown)] == [int(is_warned)] * 2


def test_what_is_wrong_with_a_condition_or_a_value_is_said_beside_the_field() -> None:
    desk = staff()
    made = scenes.flag("storefront.home_ads", 5, FlagKind.NUMBER)
    form = {"flag": str(made.pk), "place": "0", "value": "4", "share": "100", "condition": "{}"}

    for wrong, said in (
        ({"condition": '{"region": {"$inn": ["gb"]}}'}, "There is no operator $inn here"),
        ({"value": "9"}, "takes 0, 1, 2, 3, 4, 5, 6, 7, 8."),
    ):
        page = desk.post("/admin/experiments/rollout/add/", {**form, **wrong}).content.decode()
        assert said in page
    assert not Rollout.objects.exists()
