"""`signups`: newcomers join a plan over HTTP and are charged once, while the worker takes their payments."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from bench.actors import API
from bench.ground import Ground, ground
from bench.load import Load, Work
from bench.measuring import ROUNDS, Round, result, say, spent
from bench.renewals import audit_findings, charged_wrongly

SECONDS = 20.0
WARM_UP_SECONDS = 5.0
REFUSED_SECONDS = 5.0
PATIENCE_SECONDS = 600.0
AGAIN_EVERY = 10  # one of so many sends the same request again
AGAIN_AFTER = 40  # when so many others have come, and it is answered
_NOT_YET = "SELECT count(*) FROM subscriptions_membership WHERE id = ANY(%s) AND state <> 'active'"


def run(*, seconds: float | None) -> dict[str, Any]:
    """Rounds of `seconds`; `active_seconds` is how long after its end the last of each round was paid. The
    ceiling is what the same process answers to the same requests when it has only to refuse them."""
    with ground() as platform:
        plan, price = _plan()
        length = seconds or SECONDS
        _round(platform, plan, WARM_UP_SECONDS)
        rounds, waited, joined = [], [], []
        for _ in range(ROUNDS):
            one, members = _round(platform, plan, length)
            joined += members
            waited.append(_until_active(platform, members))
            rounds.append(one)
            say(f"{one.rate:.0f} joins a second, all paid {waited[-1]:.1f} s later")
        ceiling = _refused(platform)
        wrong, findings = charged_wrongly(platform, joined, price=price), audit_findings()
    told = result("signups", "joins", rounds, ceilings=[ceiling])
    return {
        **told,
        "members": len(joined),
        "active_seconds": waited,
        "wrong": wrong,
        "audit_findings": findings,
    }


def _plan() -> tuple[UUID, int]:
    """One without a trial: each who joins is charged."""
    from modules.subscriptions.interface import Subscriptions
    from tiffin.interfaces import call

    plan = next(each for each in call(Subscriptions).plans(region="gb") if len(each.phases) == 1)
    return plan.id, plan.phases[-1].price.amount


def _round(platform: Ground, plan: UUID, seconds: float) -> tuple[Round, list[UUID]]:
    members: set[UUID] = set()
    load = Load(_newcomers(plan), platform.web_port, lambda body: members.add(UUID(json.loads(body)["id"])))
    before = platform.cpu()
    took = load.run(seconds)
    for error in load.errors[:3]:
        say(f"trouble: {error}")
    cpu = spent(before, platform.cpu())
    return Round(len(members), took, load.milliseconds, cpu, len(load.errors)), list(members)


def _newcomers(plan: UUID) -> Iterator[Work]:
    from tiffin import ids
    from tiffin.context import Actor, ActorKind
    from tiffin.web.tokens import sign_access

    body = json.dumps({"plan_id": str(plan), "payment_method": "pm_card_visa"}).encode()
    again: deque[tuple[int, Work]] = deque()
    for number in count(1):
        actor = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {sign_access(actor, session_id=str(uuid4()))}",
            "Idempotency-Key": str(uuid4()),
        }
        work = Work(f"{API}/memberships", body, headers)
        yield work
        if number % AGAIN_EVERY == 0:
            again.append((number, work))
        if again and number - again[0][0] >= AGAIN_AFTER:
            yield again.popleft()[1]


def _until_active(platform: Ground, members: list[UUID]) -> float:
    """Seconds, at most PATIENCE_SECONDS: whoever is not paid by then is counted as charged wrongly."""
    began = time.perf_counter()
    with platform.connect("subscriptions") as connection:
        while time.perf_counter() < began + PATIENCE_SECONDS:
            if connection.execute(_NOT_YET, [members]).fetchone() == (0,):
                break
            time.sleep(0.1)
    return round(time.perf_counter() - began, 1)


def _refused(platform: Ground) -> float:
    """Requests a second for a plan that is not there."""
    load = Load(_newcomers(uuid4()), platform.web_port, lambda body: None, status=404)
    took = load.run(REFUSED_SECONDS)
    return len(load.milliseconds) / took
