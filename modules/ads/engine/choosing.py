"""Which of several creatives: Thompson sampling over their click rates, with a floor for each.

Chapelle and Li, "An Empirical Evaluation of Thompson Sampling", NIPS 2011: each arm draws from its Beta
posterior, and the largest draw is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# So often one is taken by chance: each of n keeps at least FLOOR / n of the impressions, whatever it did.
FLOOR = 0.1
# As if each had been shown so often before, and clicked as usual.
_PRIOR_SHOWN, _PRIOR_CLICKED = 50, 1


def choose(counted: Sequence[tuple[int, int]], random: np.random.Generator, floor: float = FLOOR) -> int:
    """The place of the one to show; of each how often it was shown and clicked. With a `floor` of 1 all are
    shown alike."""
    if len(counted) == 1:
        return 0
    if random.random() < floor:
        return int(random.integers(len(counted)))
    shown, clicked = np.array(counted).T
    missed = np.maximum(_PRIOR_SHOWN - _PRIOR_CLICKED + shown - clicked, 1)
    return int(random.beta(_PRIOR_CLICKED + clicked, missed).argmax())
