"""How likely a click is: a logistic model over hashed features, learned as impressions and clicks come.

FTRL-Proximal with per-coordinate rates: McMahan et al., "Ad Click Prediction: a View from the Trenches",
KDD 2013, algorithm 1; here in batches, whose gradients are summed before the weights move.
"""

from __future__ import annotations

from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from modules.ads.engine.columns import Floats
from modules.ads.engine.servable import Servable
from modules.ads.interface import Pricing

WEIGHTS = 1 << 18
# The place of what is not there, so that all rows have as many features.
NOWHERE = WEIGHTS
# What nothing is known of yet is thought to be clicked twice in a hundred.
PRIOR_CLICK = 0.02
PRIOR_ORDER = 0.05
MILLION = 1_000_000
# No prediction is surer than that.
LEAST, MOST = 0.0002, 0.6
_ALPHA, _BETA, _L1, _L2 = 0.1, 1.0, 0.1, 1.0

Features = NDArray[np.uint32]
Weights = NDArray[np.float32]


def first_worth(flight: Servable) -> float:
    """What an impression brings (micros) as long as nobody has seen any."""
    return worth(flight.pricing, 0 if flight.is_free else flight.bid, PRIOR_CLICK)


def worth(pricing: Pricing, bid: int, click: float) -> float:
    if pricing is Pricing.CPM:
        return bid / 1000
    return bid * click * (PRIOR_ORDER if pricing is Pricing.CPA else 1.0)


class Model:
    """Predicts by `weights`, of which the one at NOWHERE is always zero."""

    OFFSET = log(PRIOR_CLICK / (1 - PRIOR_CLICK))

    def __init__(self) -> None:
        self.weights: Weights = np.zeros(WEIGHTS + 1, np.float32)
        self.revision = 0

    def clicks(self, features: Features) -> Floats:
        """How likely each row of features (rows × features, places of weights) is clicked."""
        return probability(self.OFFSET + self.weights[features].sum(axis=1, dtype=np.float64))

    def put(self, places: NDArray[Any], known: Known) -> None:
        """What was learned at these places."""
        self.weights[places] = weights_of(known)


class Known(NamedTuple):
    """What is known at some places: the sum of adjusted gradients, and that of their squares."""

    z: Weights
    n: Weights


def probability(logits: Floats) -> Floats:
    likely: Floats = np.clip(1 / (1 + np.exp(-logits)), LEAST, MOST)
    return likely


def learn(inverse: NDArray[Any], clicked: NDArray[np.bool_], before: Known) -> Known:
    """Impressions that were clicked or not; `inverse` says for each of their features (rows × features) at
    which of the places it is. What is known at the places afterwards."""
    weights = weights_of(before)
    predicted = probability(Model.OFFSET + weights[inverse].sum(axis=1, dtype=np.float64))
    error = (predicted - clicked).astype(np.float32)
    gradient, square = np.zeros((2, len(weights)), np.float32)
    np.add.at(gradient, inverse, error[:, None])
    np.add.at(square, inverse, error[:, None] ** 2)
    after = before.n + square
    sigma = (np.sqrt(after) - np.sqrt(before.n)) / _ALPHA
    return Known(before.z + gradient - sigma * weights, after)


def weights_of(known: Known) -> Weights:
    z, n = known
    weights = -(z - np.sign(z) * _L1) / ((_BETA + np.sqrt(n)) / _ALPHA + _L2)
    weights[np.abs(z) <= _L1] = 0.0
    found: Weights = weights.astype(np.float32)
    return found
