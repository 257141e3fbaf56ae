"""What is said to somebody who typed a promotion code."""

from __future__ import annotations

import msgspec

from modules.orders.interface import CodeAnswer, CodeOutcome, ComponentKind, Price
from modules.orders.pricing import Promotion, Terms, saves_alone
from modules.orders.selectors.promotions import OnOffer
from tiffin.money import Money

_SAID = {
    CodeOutcome.APPLIED: "{title} is taken off.",
    CodeOutcome.NOT_KNOWN: "There is no code {code} here; look for a slip of the finger.",
    CodeOutcome.NOT_NOW: "The code {code} does not hold at this time.",
    CodeOutcome.NOT_HERE: "The code {code} is not for this restaurant.",
    CodeOutcome.NOT_FOR_YOU: "The code {code} is for a first order.",
    CodeOutcome.MEMBERS_ONLY: "The code {code} is for members.",
    CodeOutcome.USED_UP: "The code {code} is used up.",
    CodeOutcome.MINIMUM_NOT_MET: "Add dishes for {missing} more, then the code {code} holds.",
    CodeOutcome.NOTHING_TO_REDUCE: "Nothing in the basket is what the code {code} is for.",
    CodeOutcome.ANOTHER_SAVES_MORE: "You get something already that saves more than the code {code}.",
}


def answer(code: str, offer: OnOffer, terms: Terms, bill: Price) -> CodeAnswer:
    """What became of the code, and a sentence about it."""
    outcome = offer.obstacle
    missing, title = 0, ""
    if offer.typed is not None:
        outcome = _outcome(offer.typed, terms, bill)
        missing, title = offer.typed.min_subtotal - terms.subtotal, offer.typed.label
    if outcome is None:
        outcome = CodeOutcome.NOT_KNOWN
    text = _SAID[outcome].format(
        code=code.strip().upper(), title=title, missing=Money(amount=missing, currency=terms.currency)
    )
    return CodeAnswer(code=code, outcome=outcome, text=text)


def _outcome(promotion: Promotion, terms: Terms, bill: Price) -> CodeOutcome:
    mine = (ComponentKind.PROMOTION, promotion.code)
    if any((component.kind, component.code) == mine for component in bill.components):
        return CodeOutcome.APPLIED
    if terms.subtotal < promotion.min_subtotal:
        return CodeOutcome.MINIMUM_NOT_MET
    if saves_alone(promotion, terms):
        return CodeOutcome.ANOTHER_SAVES_MORE
    without_budget = msgspec.structs.replace(promotion, left=None)
    return CodeOutcome.USED_UP if saves_alone(without_budget, terms) else CodeOutcome.NOTHING_TO_REDUCE
