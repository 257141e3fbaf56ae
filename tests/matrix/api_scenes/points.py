"""A customer's points."""

from __future__ import annotations

from uuid import uuid4

from tests.acceptance.people import Customer
from tests.matrix.api_scenes.scenes import scene
from tests.matrix.stage import Looks, Scene, Stage


def given_points(stage: Stage, points: int = 100) -> str:
    """By staff, with a reason that nobody else reads; returns it. Few: what one of them gives
    a customer alone within a day is limited."""
    reason = f"matrix {uuid4()}"
    form = {
        "customer_id": stage.cast.customer.id,
        "region": "gb",
        "points": str(points),
        "reason": reason,
    }
    stage.cast.as_staff("support of gb", "/admin/rewards/adjustment/add/", form)
    return reason


def usable(customer: Customer) -> Looks:
    """The points to spend. What is pending grows meanwhile, by orders that other scenes brought to an end."""
    return lambda: customer.get("/rewards/wallet?region=gb").json()["available"]


def code_of(customer: Customer) -> str:
    """By which others send them points."""
    headers = customer._headers()
    answer = customer.http.request("PUT", "/rewards/code", json={"region": "gb"}, headers=headers)
    assert answer.is_success, answer.text
    return str(answer.json()["code"])


@scene("GET /rewards/wallet")
def a_wallet(stage: Stage) -> Scene:
    return Scene(query={"region": "gb"}, shows=code_of(stage.cast.customer))


@scene("GET /rewards/statement")
def a_statement(stage: Stage) -> Scene:
    return Scene(shows=given_points(stage))


@scene("GET /rewards/lots")
def lots(stage: Stage) -> Scene:
    given_points(stage)
    return Scene(shows=stage.cast.customer.get("/rewards/lots").json()["results"][0]["id"])


@scene("PUT /rewards/code")
def a_code(stage: Stage) -> Scene:
    """It stays what it is."""
    return Scene(body={"region": "gb"}, shows=code_of(stage.cast.customer), changes=False)


@scene("GET /rewards/sendings")
def what_was_sent(stage: Stage) -> Scene:
    """From nobody in particular, and not to the other customer."""
    query = (
        "INSERT INTO rewards_pointssent (id, region, version, log_txid, created_at, sender, receiver, points)"
        " VALUES (gen_random_uuid(), 'gb', 0, 0, now(), gen_random_uuid(), %s, 50) RETURNING id"
    )
    return Scene(shows=str(stage.cast.platform.sql("rewards", query, [stage.cast.customer.id])[0][0]))


@scene("GET /rewards/tiers", "GET /rewards/campaigns")
def what_the_programme_offers(stage: Stage) -> Scene:
    return Scene(query={"region": "gb"})


@scene("POST /rewards/sendings")
def points_to_send(stage: Stage) -> Scene:
    """To the other customer, whose own code it is."""
    given_points(stage)
    body = {"to": code_of(stage.cast.customer2), "points": 50, "region": "gb"}
    return Scene(body=body, look=usable(stage.cast.customer))


@scene("POST /rewards/sendings/preview")
def points_to_think_of_sending(stage: Stage) -> Scene:
    given_points(stage)
    body = {"to": code_of(stage.cast.customer2), "points": 50, "region": "gb"}
    return Scene(body=body, look=usable(stage.cast.customer), changes=False)
