"""The model learns of what was shown and clicked, and of nothing else."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from modules.ads.engine.prediction import PRIOR_CLICK, Known, Model, learn
from modules.ads.models import Calibration, Weight
from modules.ads.services import learning
from modules.ads.services.keeping import keeper
from modules.ads.tests import scenes
from tiffin import clock

LATER = learning.CLICKED_WITHIN + timedelta(seconds=1)


def test_what_nothing_is_known_of_is_as_likely_as_usual() -> None:
    assert Model().clicks(np.zeros((1, 3), np.uint32))[0] == pytest.approx(PRIOR_CLICK)


def test_predictions_come_to_what_happens() -> None:
    """One kind of ad is clicked three times in ten, another hardly ever."""
    random = np.random.default_rng(5)
    known = Known(np.zeros(3, np.float32), np.zeros(3, np.float32))
    for _ in range(400):
        kinds = random.integers(0, 2, 50)
        features = np.stack([np.full(50, 2), kinds], axis=1)
        known = learn(features, random.random(50) < np.where(kinds == 0, 0.3, 0.005), known)
    model = Model()
    model.put(np.arange(3), known)
    often, seldom = model.clicks(np.array([[2, 0], [2, 1]]))
    assert often == pytest.approx(0.3, abs=0.04)
    assert seldom == pytest.approx(0.005, abs=0.004)


@pytest.mark.usefixtures("database")
class TestOnline:
    def show(self, *, clicked: bool, times: int) -> None:
        for _ in range(times):
            (ad,) = scenes.ads(scenes.look())
            scenes.see(ad)
            if clicked:
                scenes.click(ad, scenes.PERSON._replace(address=f"198.51.100.{len(ad.token)}"))
        scenes.settle()

    def test_what_is_clicked_is_thought_likelier_within_seconds_of_the_wait(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        self.show(clicked=True, times=5)
        with clock.shift(LATER):
            assert learning.learn_clicks() == 5
            keeper.learn_clicks()
            (row,) = scenes.written(scenes.look())
        assert row["clicks"] > PRIOR_CLICK * 1e6
        judged = Calibration.objects.get()
        assert (judged.shown, judged.clicked, judged.predicted) == (5, 5, 5 * 20_000)

    def test_each_impression_is_learned_of_once(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        self.show(clicked=False, times=3)
        with clock.shift(LATER):
            assert learning.learn_clicks() == 3
            before = list(Weight.objects.order_by("place").values_list("z", "n"))
            assert learning.learn_clicks() == 0
        assert list(Weight.objects.order_by("place").values_list("z", "n")) == before

    def test_nothing_is_learned_before_a_click_may_have_come(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        self.show(clicked=False, times=1)
        assert learning.learn_clicks() == 0

    def test_an_impression_whose_decision_was_lost_is_passed_over(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        (ad,) = scenes.ads(scenes.look())
        scenes.see(ad)
        scenes.writing.forget()
        with clock.shift(LATER):
            assert learning.learn_clicks() == 1
        assert not Weight.objects.exists()
