"""Whether a wallet may be used: rules about how fast points are taken, and what staff say."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from modules.rewards.codes import new_code, spaced
from modules.rewards.errors import ReasonMissing
from modules.rewards.interface import Flow, SendingRefused, TooFast, WalletUnderReview
from modules.rewards.models import StandingChange, WalletStanding
from modules.rewards.policies import REFUSE, Taking, Velocity, broken_rule, reviewing, sending, velocity
from modules.rewards.selectors.standing import find_standing, takings
from modules.rewards.services.passing import FORGOTTEN, FROZEN, UNDECIDED, end_held
from modules.rewards.states import WalletState
from tiffin import clock, context, db, jobs, regions

_HOUR = 3600
BY_RULES = "rules"
NOBODY_DECIDED = "Nobody decided in time."


@db.transaction_required
def require_good_standing(*, customer_id: UUID, region: str, flow: Flow, points: int) -> datetime | None:
    """Whether the customer may take so many points now, by HOLD, SEND or DONATE: asked right before they are.
    Returns until when it is to be looked into; None where that is not wanted.

    Raises WalletUnderReview, TooFast. Beyond a rule that wants to be looked into points are set aside for an
    order or given all the same, while what is sent is held; the next ones are refused. What raised would be
    undone with its transaction. Where there are rules one taking of a customer is looked at after the other.
    """
    here, now = regions.get(region), clock.now()
    rules = [rule for rule in velocity(here, here.local(now).date()) if flow.value in rule.flows]
    standing = lock_standing(customer_id, region) if rules else find_standing(customer_id)
    if standing is not None and not standing.is_good:
        raise WalletUnderReview()
    if standing is None or not rules:
        return None
    since = now - timedelta(seconds=max(rule.seconds for rule in rules))
    broken = broken_rule(rules, takings(customer_id, since=since), Taking(flow.value, now, points))
    if broken is None:
        return None
    if broken.then == REFUSE:
        raise TooFast(hours=-(-broken.seconds // _HOUR))
    _review(standing, why=_why(broken), by=BY_RULES)
    return standing.decide_by


def _why(rule: Velocity) -> str:
    most = " or ".join(
        f"{number} {unit}"
        for number, unit in ((rule.times, "times"), (rule.points, "points"))
        if number is not None
    )
    return f"{', '.join(rule.flows)}: more than {most} within {rule.seconds} seconds"


@db.transaction_required
def lock_standing(customer_id: UUID, region: str) -> WalletStanding:
    """The customer's row, locked; made when there is none."""
    with suppress(WalletStanding.DoesNotExist):
        return WalletStanding.lock(customer_id)
    db.insert(WalletStanding(id=customer_id, region=region), unless_taken=("id",))
    return WalletStanding.lock(customer_id)


def code_of(*, customer_id: UUID, region: str) -> str:
    """The code by which others send the customer points, as people read it. Raises SendingRefused."""
    here = regions.get(region)
    if sending(here, here.local(clock.now()).date()) is None:
        raise SendingRefused(reason="Points are not sent between customers here.")
    with db.transaction():
        standing = lock_standing(customer_id, region)
        if standing.forgotten_at is not None:
            raise SendingRefused(reason="This customer was forgotten.")
        if standing.code is None:
            standing.code = new_code()
            standing.save(update_fields=("code",))
        return spaced(standing.code)


def review_wallet(*, customer_id: UUID, region: str, why: str) -> None:
    """Staff look into a wallet: nothing is taken from it until they have decided. Raises ReasonMissing,
    StateConflict."""
    with db.transaction():
        _review(lock_standing(customer_id, region), why=_said(why), by=_staff())


def decide_review(*, customer_id: UUID, release: bool, why: str) -> None:
    """Staff have looked: the wallet is good again, and what it was sending goes; or it stays as it is for
    good, and that comes back. A frozen one can be released later. Raises ReasonMissing, StateConflict."""
    state = WalletState.GOOD if release else WalletState.FROZEN
    with db.transaction():
        standing = WalletStanding.lock(customer_id)
        _change(standing, state, why=_said(why), by=_staff())
        end_held(standing, stopped="" if release else FROZEN)


@db.transaction_required
def end_review(customer_id: UUID) -> None:
    """Nobody decided in time: no customer is kept from their points by being forgotten. What was being sent
    comes back: nobody has said that it may go."""
    standing = WalletStanding.lock(customer_id)
    if standing.state is WalletState.UNDER_REVIEW:
        _change(standing, WalletState.GOOD, why=NOBODY_DECIDED, by=BY_RULES)
    end_held(standing, stopped=UNDECIDED)


@db.transaction_required
def forget_code(customer_id: UUID, *, region: str) -> None:
    """Nobody can send a forgotten customer points any more, nor is there ever a code again; nor do they send
    any."""
    standing = lock_standing(customer_id, region)
    end_held(standing, stopped=FORGOTTEN)
    standing.code, standing.forgotten_at = None, clock.now()
    standing.save(update_fields=("code", "forgotten_at"))


def _review(standing: WalletStanding, *, why: str, by: str) -> None:
    if standing.state is WalletState.UNDER_REVIEW:
        return
    _change(standing, WalletState.UNDER_REVIEW, why=why, by=by)


def _change(standing: WalletStanding, state: WalletState, *, why: str, by: str) -> None:
    before, now = standing.state_name, clock.now()
    standing.move_to(state)
    standing.why, standing.by, standing.since, standing.decide_by = why[:200], by, now, None
    if state is WalletState.UNDER_REVIEW:
        here = regions.get(standing.region)
        standing.decide_by = now + timedelta(hours=reviewing(here, here.local(now).date()).hours)
        jobs.set_deadline(standing, "review_overdue", due=standing.decide_by)
    else:
        jobs.clear_deadline(standing)
    standing.save()
    db.insert(
        StandingChange(standing=standing, before=before, after=state.value, why=standing.why, by=by, at=now)
    )


def _said(why: str) -> str:
    if not why.strip():
        raise ReasonMissing()
    return why.strip()


def _staff() -> str:
    return str(context.current().actor)[:64]
