"""Who gets the slots, and for what price. Integers throughout: prices never come from floating point.

The score of an ad is bid × what of it is paid for per impression × weight (relevance and quality). Whoever
wins pays per click (or whatever it pays for) the least with which it would still have won: the score of the
next, divided by its own prediction and weight, and one micro more (generalised second price: Edelman,
Ostrovsky and Schwarz, "Internet Advertising and the Generalized Second-Price Auction", 2007); never less than
the floor, never more than its bid.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from modules.ads.engine.columns import Floats, Ints, Rows
from modules.ads.engine.features import FAR, Affinities
from modules.ads.engine.prediction import MILLION, PRIOR_ORDER
from modules.ads.engine.snapshot import PRICING_CODES
from modules.ads.interface import Pricing

# What an impression costs of a price for a thousand, in millionths of the price.
_A_MILLE = MILLION // 1000
_LEAST_WEIGHT, _MOST_WEIGHT = 250, 3000
_CPM, _CPA = PRICING_CODES[Pricing.CPM], PRICING_CODES[Pricing.CPA]


class Scores(NamedTuple):
    """Of each candidate: predicted clicks and paid events per million impressions, weight in thousandths, and
    the score."""

    clicks: Ints
    paid: Ints
    weight: Ints
    score: Ints

    def at(self, places: Rows) -> Scores:
        return Scores(self.clicks[places], self.paid[places], self.weight[places], self.score[places])


def relevance(given: Affinities) -> Floats:
    """How much an ad is about the viewer, around 1. House rule: what they always order counts half as much
    again, what comes from next door up to a fifth more than what is far."""
    near = np.where(given.metres < FAR, 1.2 - np.minimum(given.metres, 8_000) / 20_000, 1.0)
    relevant: Floats = (1.0 + 0.5 * given.likes) * near
    return relevant


def score(pricing: Ints, bid: Ints, quality: Ints, clicks: Floats, relevant: Floats) -> Scores:
    """`clicks` are probabilities; they and the relevance become integers here, and stay integers."""
    per_million = np.maximum(np.rint(clicks * MILLION), 1).astype(np.int64)
    paid = np.where(pricing == _CPM, _A_MILLE, per_million)
    paid = np.where(pricing == _CPA, np.maximum(per_million * int(PRIOR_ORDER * 1000) // 1000, 1), paid)
    weight = np.clip(np.rint(relevant * quality), _LEAST_WEIGHT, _MOST_WEIGHT).astype(np.int64)
    return Scores(per_million, paid, weight, bid * paid * weight)


def price(*, bid: int, paid: int, weight: int, next_score: int, floor: int) -> int:
    """What is paid for each paid event, in micros."""
    least = next_score // (paid * weight) + 1 if next_score > 0 else 0
    return min(max(least, floor), bid)


def expected(micros: int, paid: int) -> int:
    """What an impression at that price brings, rounded up."""
    return -(-micros * paid // MILLION)


def in_order(scores: Scores) -> Rows:
    """Positions by score, those that nobody pays for last; among equals and among those by clicks."""
    order: Rows = np.lexsort((-scores.clicks * scores.weight, -scores.score)).astype(np.int32)
    return order
