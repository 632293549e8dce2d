"""live_curves: one display that shows the history so far and is replaced after every epoch."""

import IPython.display
import matplotlib.pyplot as plt
import pytest

from course_lib import datasets, models, splits, training, widgets


class Display:
    """Stands in for a notebook: what was shown first, and every picture that took its place."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shown, self.updates = [], []
        monkeypatch.setattr(IPython.display, "display", self.display)

    def display(self, picture, display_id):
        self.shown.append(picture.data)
        return self

    def update(self, picture) -> None:
        self.updates.append(picture.data)


def test_one_picture_is_updated_in_place_after_each_epoch(monkeypatch):
    display = Display(monkeypatch)
    split = splits.make(datasets.load("digits")[:300])
    model = models.build("linear", split.train)
    run = training.fit(model, split.train, split.val, epochs=3, on_epoch=widgets.live_curves(3))
    pictures = display.shown + display.updates
    assert (len(display.shown), len(display.updates)) == (1, 2)
    assert len(set(pictures)) == 3
    assert [f"after {n} epochs" in picture for n, picture in enumerate(pictures, 1)] == [True] * 3
    assert f"{run.history.val_loss.iloc[-1]:.2f} on val" in pictures[-1]
    assert plt.get_fignums() == [], "every picture is closed once it is shown"


def test_each_training_gets_a_picture_of_its_own(monkeypatch):
    display = Display(monkeypatch)
    split = splits.make(datasets.load("digits")[:300])
    for _ in range(2):
        model = models.build("linear", split.train)
        training.fit(model, split.train, split.val, epochs=1, on_epoch=widgets.live_curves())
    assert len(display.shown) == 2
