"""The customer says a code at the door, where the region asks for one."""

from __future__ import annotations

from uuid import UUID

import pytest
import structlog

from modules.delivery import services
from modules.delivery.interface import (
    Delivery,
    DeliveryState,
    LeftReason,
    Parcel,
    Proof,
    ProofKind,
    ProofRefusal,
)
from modules.delivery.models import DeliveryTask
from modules.delivery.tests import streets
from modules.delivery.tests.streets import as_courier, offered, task_of
from tiffin import ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import CommandKey, call
from tiffin.models import CommandAnswer, LogEvent
from tiffin.money import Money
from tiffin.testing import api, settle

pytestmark = pytest.mark.database

DEAR, CHEAP = Money(amount=15_000, currency="GBP"), Money(amount=14_999, currency="GBP")


def on_the_way(worth: Money = DEAR) -> tuple[UUID, UUID]:
    """A delivery that its courier has picked up."""
    courier = streets.a_courier(streets.SOHO)
    order = streets.a_delivery(parcel=Parcel(reference="7K2QX", worth=worth))
    settle()
    streets.accept(courier)
    services.pick_up(courier_id=courier, order_id=order)
    return order, courier


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10_000:04}"


def drops(courier: UUID, order: UUID, *proof: dict[str, str]):
    body = {"proof": list(proof)} if proof else None
    return as_courier(courier).post(f"/api/v1/courier/deliveries/{order}/drop-off", body, format="json")


def said(code: str) -> dict[str, str]:
    return {"kind": "code", "code": code}


def test_the_customer_sees_the_code_and_with_it_the_courier_is_done() -> None:
    order, courier = on_the_way()
    customer = task_of(order).customer_id
    code = task_of(order).handover_code
    zofia = api(Actor(kind=ActorKind.CUSTOMER, id=customer))
    other = api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id()))

    shown = zofia.get(f"/api/v1/orders/{order}/handover")
    assert (shown.json()["code"], len(code), code.isdigit()) == (code, 4, True)
    assert shown["Cache-Control"] == "no-store"
    assert other.get(f"/api/v1/orders/{order}/handover").json()["code"] == "delivery_unknown"
    (mine,) = as_courier(courier).get("/api/v1/courier/deliveries").json()["deliveries"]
    assert (mine["asks_code"], mine["attempts_left"], code in str(mine)) == (True, 5, False)

    assert drops(courier, order).json()["code"] == "handover_proof_missing"
    assert drops(courier, order, said(code)).status_code == 200
    done = task_of(order)
    assert (done.state, done.proof, done.handover_code) == (DeliveryState.DELIVERED, "code", "")
    assert zofia.get(f"/api/v1/orders/{order}/handover").status_code == 404


def test_wrong_codes_are_counted_and_then_none_is_taken() -> None:
    order, courier = on_the_way()
    code = task_of(order).handover_code
    for left in (4, 3, 2, 1, 0):
        answer = drops(courier, order, said(wrong(code)))
        assert (answer.status_code, answer.json()["code"]) == (409, "handover_code_wrong")
        assert (answer.json()["attempts_left"], task_of(order).attempts_left) == (left, left)
    assert drops(courier, order, said(code)).json()["code"] == "handover_locked"
    assert task_of(order).state is DeliveryState.PICKED_UP

    services.confirm_by_staff(order_id=order)
    assert (task_of(order).state, task_of(order).proof) == (DeliveryState.DELIVERED, "by_staff")


def test_wrong_codes_count_through_the_interface_too() -> None:
    """A command that is refused undoes everything: that is why it is not."""
    order, courier = on_the_way()
    code = task_of(order).handover_code

    def say(text: str):
        key = CommandKey(str(ids.new_id()))
        proof = (Proof(kind=ProofKind.CODE, code=text),)
        return call(Delivery).drop_off(key=key, courier_id=courier, order_id=order, proof=proof)

    for left in (4, 3, 2, 1, 0):
        answer = say(wrong(code))
        assert (answer.state, answer.attempts_left) == (DeliveryState.PICKED_UP, left)
        assert answer.why_not().code == "handover_code_wrong"
    assert say(code).refusal is ProofRefusal.LOCKED
    left_there = (Proof(kind=ProofKind.LEFT_AT_DOOR, reason=LeftReason.CODE_NOT_KNOWN),)
    services.drop_off(courier_id=courier, order_id=order, proof=left_there)
    assert (task_of(order).proof, task_of(order).left_reason) == ("left_at_door", "code_not_known")


@pytest.mark.parametrize(
    ("may_leave", "reason", "status"),
    [(True, "nobody_answered", 200), (True, None, 409), (False, "nobody_answered", 409)],
)
def test_it_is_left_at_the_door_for_a_reason_where_the_region_lets_one(may_leave, reason, status) -> None:
    order, courier = on_the_way()
    DeliveryTask.objects.filter(pk=order).update(may_leave=may_leave)
    proof = {"kind": "left_at_door"} | ({"reason": reason} if reason else {})
    answer = drops(courier, order, proof)
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "leaving_refused"


def test_what_is_worth_less_needs_no_code() -> None:
    order, courier = on_the_way(CHEAP)
    assert task_of(order).handover_code == ""
    assert drops(courier, order).status_code == 200
    assert task_of(order).proof == ""


def test_the_bag_of_another_order_is_refused_at_the_counter() -> None:
    courier = streets.a_courier(streets.SOHO)
    order = streets.a_delivery(parcel=Parcel(reference="7K2QX"))
    settle()
    services.accept_offer(courier_id=courier, offer_id=offered(courier).id)
    pick_up = f"/api/v1/courier/deliveries/{order}/pick-up"
    refused = as_courier(courier).post(pick_up, {"reference": "AAAAA"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "pickup_reference_wrong")
    assert as_courier(courier).post(pick_up, {"reference": "7k2qx"}, format="json").status_code == 200


def test_codes_are_in_no_event_no_answer_and_no_log_line() -> None:
    with structlog.testing.capture_logs() as lines:
        order, courier = on_the_way()
        code = "4821"
        DeliveryTask.objects.filter(pk=order).update(handover_code=code)
        for text in (wrong(code), code):
            call(Delivery).drop_off(
                key=CommandKey(str(ids.new_id())),
                courier_id=courier,
                order_id=order,
                proof=(Proof(kind=ProofKind.CODE, code=text),),
            )
        settle()
    rows = [*LogEvent.objects.using("delivery").filter(key=order).values_list("payload", flat=True)]
    answers = [*CommandAnswer.objects.using("delivery").values_list("body", flat=True)]
    assert rows
    assert answers
    told = [bytes(each).decode(errors="replace") for each in (*rows, *answers)]
    for found in (*told, *(str(line) for line in lines)):
        for secret in (code, wrong(code)):
            assert f'"{secret}"' not in found
            assert f"'{secret}'" not in found
