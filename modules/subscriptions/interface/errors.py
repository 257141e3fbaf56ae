"""What subscriptions refuses of a membership."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from tiffin.errors import DomainError


class PlanUnknown(DomainError, code="plan_unknown", status=404):
    """There is no such plan that can be joined."""

    detail = "There is no plan {plan_id} that can be joined now."
    plan_id: UUID


class PlanRefused(DomainError, code="plan_refused", status=422):
    """Nobody can have a plan on these terms."""

    detail = "There can be no plan {plan}: {why}"
    plan: str
    why: str


class AlreadyMember(DomainError, code="already_member", status=409):
    """One membership at a time."""

    detail = "There is a membership already that is {state}; change its plan instead of joining again."
    state: str


class MembershipUnknown(DomainError, code="membership_unknown", status=404):
    """The customer has no such membership."""

    detail = "There is no membership {membership_id}."
    membership_id: UUID


class MembershipStateConflict(DomainError, code="membership_state_conflict", status=409):
    """The membership is not in a state for this."""

    detail = "A membership that is {state} cannot be {action}."
    state: str
    action: str


class PauseTooLong(DomainError, code="pause_too_long", status=422):
    """Pauses have a limit."""

    detail = "A pause is 1 to {most} days; {left} are left within twelve months."
    most: int
    left: int


class CoolingOffOver(DomainError, code="cooling_off_over", status=409):
    """It is too late to take it back, or the region gives no time for it."""

    detail = "A membership can be taken back until {until}; cancel it instead."
    until: date | None


class NotGivenBack(DomainError, code="membership_not_given_back", status=422):
    """So much cannot be given back, or nobody says why."""

    detail = "From 1 to {most} can be given back of this invoice, with a note that says why."
    most: int


class NothingOwed(DomainError, code="nothing_owed", status=409):
    """There is no invoice to pay."""

    detail = "Nothing is owed for this membership."
