"""A customer's membership."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

from tests.acceptance.people import Customer
from tests.matrix.api_scenes.scenes import scene
from tests.matrix.member_scenes import plan_of
from tests.matrix.stage import Scene, Stage, seen, until

VISA, DECLINED = "pm_card_visa", "pm_card_chargeDeclined"
_OVER = {"canceled", "incomplete_expired"}


def leave(customer: Customer) -> None:
    """One membership at a time."""
    for member in customer.get("/memberships").json()["results"]:
        if member["state"] not in _OVER:
            answer = customer.post(f"/memberships/{member['id']}/cancel", {"now": True}, key=str(uuid4()))
            assert answer.is_success, answer.text


def joined(stage: Stage, *, card: str = VISA, state: str = "active") -> dict[str, Any]:
    """Of a plan of its own, which brings nothing that other scenes would notice."""
    customer = stage.cast.customer
    leave(customer)
    wanted = {"plan_id": plan_of(stage.cast, "gb", offered=True), "payment_method": card}
    answer = customer.post("/memberships", wanted, key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    path = f"/memberships/{answer.json()['id']}"
    member = until(lambda: customer.get(path).json(), lambda found: found["state"] == state)
    if card == DECLINED:
        query = "SELECT 1 FROM subscriptions_attempt AS attempt JOIN subscriptions_invoice AS invoice"
        query += " ON invoice.id = attempt.invoice_id WHERE invoice.membership_id = %s AND outcome <> ''"
        stage.cast.platform.await_rows("subscriptions", query, [member["id"]])
    return dict(member)


def attempts_of(stage: Stage, member: str) -> int:
    """How often it was charged."""
    query = "SELECT count(*) FROM subscriptions_attempt AS attempt JOIN subscriptions_invoice AS invoice"
    query += " ON invoice.id = attempt.invoice_id WHERE invoice.membership_id = %s"
    return int(stage.cast.platform.sql("subscriptions", query, [member])[0][0])


def do(stage: Stage, member: dict[str, Any], verb: str, body: Any = None) -> None:
    answer = stage.cast.customer.post(f"/memberships/{member['id']}/{verb}", body or {}, key=str(uuid4()))
    assert answer.is_success, answer.text


def about(stage: Stage, member: dict[str, Any], **more: Any) -> Scene:
    return Scene(
        path={"membership_id": member["id"]},
        shows=member["id"],
        look=seen(stage.cast.customer, f"/memberships/{member['id']}"),
        keys=(member["id"],),
        **more,
    )


@scene("GET /plans")
def plans(stage: Stage) -> Scene:
    return Scene(query={"region": "gb"}, shows=plan_of(stage.cast, "gb", offered=True))


@scene("GET /memberships")
def memberships(stage: Stage) -> Scene:
    return Scene(shows=joined(stage)["id"])


@scene("GET /memberships/invoices")
def invoices(stage: Stage) -> Scene:
    return Scene(shows=joined(stage)["id"])


@scene("GET /memberships/{membership_id}")
def a_membership(stage: Stage) -> Scene:
    return about(stage, joined(stage))


@scene("POST /memberships")
def somebody_joins(stage: Stage) -> Scene:
    both = (stage.cast.customer, stage.cast.customer2)
    for customer in both:
        leave(customer)
    return Scene(
        body={"plan_id": plan_of(stage.cast, "gb", offered=True), "payment_method": VISA},
        look=lambda: len(stage.cast.customer.get("/memberships").json()["results"]),
        after=lambda: [leave(customer) for customer in both],
    )


@scene("POST /memberships/{membership_id}/cancel")
def a_membership_to_cancel(stage: Stage) -> Scene:
    return about(stage, joined(stage), body={})


@scene("POST /memberships/{membership_id}/keep")
def a_membership_that_ends(stage: Stage) -> Scene:
    member = joined(stage)
    do(stage, member, "cancel")
    return about(stage, member)


@scene("POST /memberships/{membership_id}/take-back")
def a_new_membership(stage: Stage) -> Scene:
    return about(stage, joined(stage))


@scene("POST /memberships/{membership_id}/pause")
def a_membership_to_pause(stage: Stage) -> Scene:
    return about(stage, joined(stage), body={"days": 5})


@scene("POST /memberships/{membership_id}/resume")
def a_membership_that_pauses(stage: Stage) -> Scene:
    member = joined(stage)
    do(stage, member, "pause", {"days": 5})
    return about(stage, member)


@scene("POST /memberships/{membership_id}/pay")
def a_membership_that_was_not_paid(stage: Stage) -> Scene:
    scene = about(stage, joined(stage, card=DECLINED, state="incomplete"), body={"payment_method": VISA})
    scene.look = partial(attempts_of, stage, scene.shows)
    return scene


@scene("PUT /memberships/{membership_id}/payment-method")
def another_card(stage: Stage) -> Scene:
    """Which one is on nobody's page."""
    return about(stage, joined(stage), body={"payment_method": VISA}, changes=False)


@scene("POST /memberships/{membership_id}/change")
def another_plan(stage: Stage) -> Scene:
    """Of the same level: it is had when the period is over."""
    member = joined(stage)
    return about(stage, member, body={"plan_id": plan_of(stage.cast, "gb", offered=True)})


@scene("POST /memberships/{membership_id}/change/preview")
def another_plan_to_think_of(stage: Stage) -> Scene:
    member = joined(stage)
    wanted = {"plan_id": plan_of(stage.cast, "gb", offered=True)}
    scene = about(stage, member, body=wanted, changes=False)
    scene.shows = wanted["plan_id"]
    return scene
