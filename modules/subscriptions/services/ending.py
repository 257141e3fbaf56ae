"""How memberships end."""

from __future__ import annotations

from modules.subscriptions.events import Why
from modules.subscriptions.interface import InvoiceState, MembershipState
from modules.subscriptions.models import Invoice, Membership
from modules.subscriptions.selectors.times import today
from modules.subscriptions.services.writing import Writing


def drop_change(changes: Writing, member: Membership, change: Invoice | None) -> None:
    """What was to be paid for another plan is not."""
    if change is not None:
        under_way = change.is_under_way
        changes.void(change)
        if under_way and change.charge_id is not None:
            changes.undo(member, change.charge_id)


def end(
    changes: Writing,
    member: Membership,
    owed: Invoice | None,
    why: Why,
    *,
    state: MembershipState = MembershipState.CANCELED,
    left: InvoiceState = InvoiceState.VOID,
) -> None:
    """It is over, and of what is owed nothing is asked for any more: what is under way is let go, or given
    back when it comes after all."""
    member.move_to(state)
    member.ended_on, member.reason = today(member.region), why.value
    member.due_at, member.owes, member.becomes = None, None, None
    if owed is not None and owed.state is InvoiceState.OPEN:
        under_way = owed.is_under_way
        owed.action_url = ""
        if left is InvoiceState.VOID:
            changes.void(owed)
        else:
            owed.move_to(left)
            changes.change(owed)
        if under_way and owed.charge_id is not None:
            changes.undo(member, owed.charge_id)
    changes.tell(member, why, about=owed)
