"""Which state of a plan may follow which: drawn, checked and tested from here."""

from __future__ import annotations

from enum import StrEnum

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
