"""Somebody who posts points, a process that may be killed at any moment: what it asks follows from its seed,
and what was answered stands in its file before it asks anything else.

    python -m tests.faults.points SEED HOW_MANY FILE [BATCHES_KEY]
    python -m tests.faults.points audit

With BATCHES_KEY it asks for the batches alone, under keys that begin so. `audit` says what the ledger's own
rules find wrong: these holds are of no orders, and these gifts no donations of anybody.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from bench.points_audit import findings
from modules.rewards.interface import Flow, Posting, Rewards, Transfer
from tiffin import ids

SALT = UUID("01934000-0000-7000-8000-000000000000")
CUSTOMERS = tuple(ids.derived(SALT, f"customer {number}") for number in range(12))
CHARITY = ids.derived(SALT, "charity")
EXPIRES = datetime(2100, 1, 1, tzinfo=UTC)
POSTINGS_A_BATCH = 40
SAVED = 500
BATCHES_SHARE = 0.5


class Asked(NamedTuple):
    """A command: the method, the key and the arguments, which are always the same."""

    method: str
    key: str
    arguments: dict[str, Any]

    @property
    def postings(self) -> list[Posting]:
        return list(self.arguments.get("postings", ()))


class Answered(NamedTuple):
    """What came back: which ids of a batch were refused and why, how the hold stands, or an error's code."""

    number: int
    answer: dict[str, Any]


def requests(seed: int, count: int) -> Iterator[Asked]:
    """What the writer with this seed asks, in this order."""
    random = Random(seed)
    holds: list[tuple[UUID, int]] = []
    savers: list[UUID] = []
    for number in range(count):
        name = f"{seed} {number}"
        if random.random() < BATCHES_SHARE or not holds:
            postings = [_posting(random, f"{name} {each}") for each in range(POSTINGS_A_BATCH)]
            savers.append(ids.derived(SALT, f"saver {name}"))
            saved = _transfer(Flow.GRANT, SAVED, f"{name} saved", customer_id=savers[-1])
            postings.append(Posting(transfers=(saved,)))
            holds += [(one.id, one.amount) for each in postings for one in each.transfers[:1] if _stays(each)]
            yield Asked("post_many", name, {"postings": postings})
        else:
            single = _single(random, name, random.choice(holds[-20:]), random.choice(savers))
            if single.method == "hold":
                holds.append((single.arguments["hold_id"], single.arguments["points"]))
            yield single


def _stays(posting: Posting) -> bool:
    return posting.transfers[0].flow is Flow.HOLD and len(posting.transfers) == 1


def _posting(random: Random, name: str) -> Posting:
    customer_id, points = random.choice(CUSTOMERS), random.randint(1, 60)
    flow = random.choice((Flow.GRANT, Flow.EARN, Flow.DONATE, Flow.SEND, Flow.HOLD, Flow.HOLD))
    first = _transfer(flow, points, name, customer_id=customer_id)
    rest: list[Transfer] = []
    if flow is Flow.DONATE:
        rest = [_transfer(Flow.PLEDGE, points, f"{name} pledge", unit="GBP")]
    elif flow is Flow.SEND:
        rest = [_transfer(Flow.RECEIVE, points, f"{name} receive", customer_id=random.choice(CUSTOMERS))]
    elif flow is Flow.EARN:
        rest = [_transfer(Flow.CONFIRM, points, f"{name} confirm", customer_id=customer_id, lot_id=first.id)]
    elif flow is Flow.HOLD and random.random() < 0.5:
        ends = random.choice((Flow.POST, Flow.RELEASE))
        rest = [_transfer(ends, points, f"{name} end", customer_id=customer_id, hold_id=first.id)]
    return Posting(transfers=(first, *rest))


def _transfer(flow: Flow, amount: int, name: str, **more: Any) -> Transfer:
    if flow in {Flow.GRANT, Flow.EARN, Flow.RECEIVE, Flow.HOLD}:
        more["expires_at"] = EXPIRES
    if flow is Flow.HOLD:
        more["order_id"] = ids.derived(SALT, f"order {name}")
    if flow in {Flow.DONATE, Flow.PLEDGE}:
        more["party_id"] = CHARITY
    return Transfer(id=ids.derived(SALT, name), flow=flow, amount=amount, region="gb", **more)


def _single(random: Random, name: str, held: tuple[UUID, int], saver: UUID) -> Asked:
    """Of a hold that may have ended, or was refused: the answer is a refusal then, and stays one. Who saves
    is held from alone: of the others so much is taken that their wallets come under review."""
    hold_id, points = held
    method = random.choice(("post", "void", "restore", "hold"))
    if method == "hold":
        wanted = {"customer_id": saver, "order_id": ids.derived(SALT, f"order {name}")}
        told = {"hold_id": ids.derived(SALT, name), "points": random.randint(1, 40), "region": "gb", **wanted}
        return Asked(method, name, told)
    arguments: dict[str, Any] = {"hold_id": hold_id}
    if method != "void":
        arguments["points"] = random.randint(1, points)
    if method == "restore":
        arguments["reason"] = "refund"
    return Asked(method, name, arguments)


def ask(asked: Asked) -> dict[str, Any]:
    """The answer in plain words."""
    from tiffin.errors import DomainError
    from tiffin.interfaces import CommandKey, call

    try:
        answer = getattr(call(Rewards), asked.method)(key=CommandKey(asked.key), **asked.arguments)
    except DomainError as refusal:
        return {"refused": refusal.code}
    if asked.method == "post_many":
        return {"refused": {str(each.transfer_id): each.code for each in answer.refused}}
    return {"state": answer.state.value, "posted": answer.posted, "restored": answer.restored}


def answers(file: Path) -> list[Answered]:
    """Those that stand in a writer's file; a line that was cut short is none."""
    lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
    return [Answered(*json.loads(line)) for line in lines if line.endswith(b"\n")]


def write(seed: int, count: int, file: Path, batches_key: str) -> None:
    """Go on after the last answer in `file`: whoever was killed asks again what was not answered."""
    from tiffin.interfaces.errors import ModuleFault, ModuleUnavailable

    known = answers(file)
    file.write_bytes(b"".join(json.dumps(each).encode() + b"\n" for each in known))
    with file.open("ab", buffering=0) as kept:
        for number, asked in enumerate(requests(seed, count)):
            if number < len(known) or (batches_key and not asked.postings):
                continue
            while True:
                try:
                    answer = ask(asked._replace(key=batches_key + asked.key))
                except (ModuleUnavailable, ModuleFault):
                    continue  # the database is down: the same again, under the same key
                break
            kept.write(json.dumps(Answered(number, answer)).encode() + b"\n")


def main() -> None:
    import django

    django.setup()
    if sys.argv[1:] == ["audit"]:
        sys.stdout.writelines(f"{problem}\n" for problem in findings())
        return
    seed, count, file, *batches_key = sys.argv[1:]
    write(int(seed), int(count), Path(file), "".join(batches_key))


if __name__ == "__main__":
    main()
