"""How likely a click is: a logistic model over hashed features, learned as impressions and clicks come.

FTRL-Proximal with per-coordinate rates: McMahan et al., "Ad Click Prediction: a View from the Trenches",
KDD 2013, algorithm 1; here in batches, whose gradients are summed before the weights move.
"""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modules.ads.engine.columns import Floats
from modules.ads.engine.servable import Servable
from modules.ads.interface import Pricing

WEIGHTS = 1 << 18
# What nothing is known of yet is thought to be clicked twice in a hundred.
PRIOR_CLICK = 0.02
PRIOR_ORDER = 0.05
MILLION = 1_000_000
# No prediction is surer than that.
LEAST, MOST = 0.0002, 0.6
_ALPHA, _BETA, _L1, _L2 = 0.08, 1.0, 0.2, 1.0

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
    """Predicts by `weights`; whoever only decides has them, and whoever learns has `z` and `n` too."""

    OFFSET = log(PRIOR_CLICK / (1 - PRIOR_CLICK))

    def __init__(self, weights: Weights | None = None, *, revision: int = 0) -> None:
        self.weights: Weights = np.zeros(WEIGHTS, np.float32) if weights is None else weights
        self.revision = revision

    def clicks(self, features: Features) -> Floats:
        """How likely each row of features (rows × features, places of weights) is clicked."""
        logits = self.OFFSET + self.weights[features].sum(axis=1, dtype=np.float64)
        likely: Floats = np.clip(1 / (1 + np.exp(-logits)), LEAST, MOST)
        return likely


class Learner:
    """What is learned from, and what has been learned."""

    def __init__(self, z: Weights | None = None, n: Weights | None = None) -> None:
        self.z: Weights = np.zeros(WEIGHTS, np.float32) if z is None else z
        self.n: Weights = np.zeros(WEIGHTS, np.float32) if n is None else n
        self.model = Model(self._weights(np.arange(WEIGHTS)))

    def learn(self, features: Features, clicked: NDArray[np.bool_]) -> Floats:
        """Learn of impressions that were clicked or not; what was predicted of them before."""
        predicted = self.model.clicks(features)
        error = (predicted - clicked).astype(np.float32)
        places, inverse = np.unique(features, return_inverse=True)
        inverse = inverse.reshape(features.shape)
        gradient, square = np.zeros((2, len(places)), np.float32)
        np.add.at(gradient, inverse, error[:, None])
        np.add.at(square, inverse, error[:, None] ** 2)
        before = self.n[places]
        after = before + square
        sigma = (np.sqrt(after) - np.sqrt(before)) / _ALPHA
        self.z[places] += gradient - sigma * self.model.weights[places]
        self.n[places] = after
        self.model.weights[places] = self._weights(places)
        return predicted

    def _weights(self, places: NDArray[Any]) -> Weights:
        z, n = self.z[places], self.n[places]
        weights = -(z - np.sign(z) * _L1) / ((_BETA + np.sqrt(n)) / _ALPHA + _L2)
        weights[np.abs(z) <= _L1] = 0.0
        found: Weights = weights.astype(np.float32)
        return found
