"""Which state of a plan, a membership, an invoice and a billing run may follow which: drawn, checked and
tested from here."""

from __future__ import annotations

from enum import StrEnum

from modules.subscriptions.interface import InvoiceState as I
from modules.subscriptions.interface import MembershipState as M
from tiffin.states import Machine


class PlanState(StrEnum):
    """A plan can be joined while it is offered. Members of one that is withdrawn keep it."""

    DRAFT = "draft"
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"


PLAN = Machine(
    "A plan",
    PlanState.DRAFT,
    {
        PlanState.DRAFT: (PlanState.OFFERED,),
        PlanState.OFFERED: (PlanState.WITHDRAWN,),
        PlanState.WITHDRAWN: (PlanState.OFFERED,),
    },
)

MEMBERSHIP = Machine(
    "A membership",
    (M.INCOMPLETE, M.TRIALING),
    {
        M.INCOMPLETE: {M.ACTIVE, M.INCOMPLETE_EXPIRED, M.CANCELED},
        M.TRIALING: {M.ACTIVE, M.PAST_DUE, M.PAUSED, M.CANCELED},
        M.ACTIVE: {M.PAST_DUE, M.PAUSED, M.CANCELED},
        M.PAST_DUE: {M.ACTIVE, M.UNPAID, M.CANCELED},
        M.UNPAID: {M.ACTIVE, M.CANCELED},
        M.PAUSED: {M.ACTIVE, M.TRIALING, M.CANCELED},
    },
)
# Nothing is done of them by time any more.
ENDED = frozenset({M.INCOMPLETE_EXPIRED, M.CANCELED})
# A period begins by itself.
RENEWING = frozenset({M.TRIALING, M.ACTIVE})

INVOICE = Machine(
    "An invoice",
    (I.OPEN, I.PAID),
    {I.OPEN: {I.PAID, I.VOID, I.UNCOLLECTIBLE}, I.UNCOLLECTIBLE: {I.PAID}},
)


class RepricingState(StrEnum):
    """TOLD: all members have been. WITHDRAWN: who does not have it yet keeps what they have."""

    TELLING = "telling"
    TOLD = "told"
    WITHDRAWN = "withdrawn"


REPRICING = Machine(
    "A repricing",
    RepricingState.TELLING,
    {
        RepricingState.TELLING: (RepricingState.TOLD, RepricingState.WITHDRAWN),
        RepricingState.TOLD: (RepricingState.WITHDRAWN,),
    },
)


class RunState(StrEnum):
    """What a run asks for is asked for once; what becomes of it is told invoice by invoice."""

    ASKING = "asking"
    ASKED = "asked"


RUN = Machine("A billing run", RunState.ASKING, {RunState.ASKING: (RunState.ASKED,)})
