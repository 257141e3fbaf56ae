"""Whether the customer has it: what proof a delivery asks for, and whether what the courier says is one."""

from __future__ import annotations

import secrets

from modules.delivery.interface import LeftReason, Proof, ProofKind, ProofRefusal
from modules.delivery.policies import HandoverCode
from tiffin.money import Money

DIGITS = 4
_NO_REASON = frozenset({LeftReason.NONE, LeftReason.UNKNOWN})


def new_code(rule: HandoverCode | None, worth: Money | None) -> str:
    """A code for the customer to say; empty where none is asked."""
    if rule is None or worth is None or worth.amount < rule.above:
        return ""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def judge(
    proof: tuple[Proof, ...], *, code: str, attempts_left: int, may_leave: bool, asks_age: bool = False
) -> ProofRefusal:
    """Why this is not enough for a delivery that asks for `code` (empty: for none) or for an age; NONE if it
    is. Each CODE_WRONG is to be counted."""
    by_kind = {each.kind: each for each in proof}
    left = by_kind.get(ProofKind.LEFT_AT_DOOR)
    if asks_age and (left is not None or ProofKind.AGE_CHECKED not in by_kind):
        return ProofRefusal.AGE_CHECK_MISSING
    if left is not None:
        refused = left.reason in _NO_REASON or (code and not may_leave)
        return ProofRefusal.LEAVING_REFUSED if refused else ProofRefusal.NONE
    said = by_kind.get(ProofKind.CODE)
    return _judge_code(said.code if said else "", code, attempts_left) if code else ProofRefusal.NONE


def _judge_code(said: str, code: str, attempts_left: int) -> ProofRefusal:
    if not said:
        return ProofRefusal.PROOF_MISSING
    if attempts_left <= 0:
        return ProofRefusal.LOCKED
    right = secrets.compare_digest(said.strip().encode(), code.encode())
    return ProofRefusal.NONE if right else ProofRefusal.CODE_WRONG
