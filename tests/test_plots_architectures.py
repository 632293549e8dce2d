"""plots of architectures: they draw the numbers of the nouns, label every one, and say it in the alternative text."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes

from course_lib import datasets, evaluation, figures, gradients, models, splits, training
from course_lib.costs import COLUMNS, Costs
from course_lib.plots import architectures as plots

NETWORKS = ("linear", "small_cnn", "resnet:8")


@pytest.fixture(scope="module")
def nouns() -> dict:
    split = splits.make(datasets.load("digits")[:300])
    built = {name: models.build(name, split.train) for name in NETWORKS}
    tables = {
        name: gradients.by_layer(model, split.val.images, split.val.labels)
        for name, model in built.items()
        if name != "linear"
    }
    runs = {name: training.fit(model, split.train, split.val, epochs=2) for name, model in built.items()}
    reports = {name: evaluation.evaluate(model, split.val) for name, model in built.items()}
    spaces = {name: model.features(split.val.images).detach() for name, model in built.items()}
    costs = models.describe(built, rounds=1)
    return {"split": split, "runs": runs, "gradients": tables, "reports": reports, "spaces": spaces, "costs": costs}


@pytest.fixture(autouse=True)
def no_figure_is_left_open():
    yield
    plt.close("all")


def transferred() -> pd.DataFrame:
    rows = [("scratch", n, 0.4 + n / 300 + s / 50) for n in (5, 10, 100) for s in range(2)]
    return pd.DataFrame(rows + [("probe", n, a + 0.2) for _, n, a in rows], columns=["way", "images", "accuracy"])


def test_every_figure_has_titles_and_alternative_text(nouns):
    for axes in (
        plots.accuracy_against_cost(nouns["costs"], nouns["reports"]),
        plots.depth(nouns["runs"], nouns["gradients"]),
        plots.transfer(transferred()),
        plots.features(nouns["spaces"], nouns["split"].val),
    ):
        axes = np.atleast_1d(axes)
        assert all(isinstance(ax, Axes) and ax.get_title() for ax in axes)
        assert len(figures.alt(axes[0].figure)) > 60
        assert figures.png(axes[0].figure).startswith(b"\x89PNG")


@pytest.mark.parametrize("cost", ["parameters", "flops", "ms_1", "ms_64", "memory"])
def test_accuracy_against_cost_draws_both_and_names_every_model(cost, nouns):
    ax = plots.accuracy_against_cost(nouns["costs"], nouns["reports"], cost)
    drawn = {(round(float(y), 6)) for y in ax.lines[0].get_ydata()}
    assert drawn == {round(report.accuracy, 6) for report in nouns["reports"].values()}
    assert sorted(text.get_text() for text in ax.texts) == sorted(NETWORKS)
    assert ax.get_xscale() == "log" and COLUMNS[cost][0] in ax.get_xlabel()
    assert ax.get_ylabel() == "val accuracy"


class Judged:
    """Stands for a Report: an accuracy and its interval."""

    def __init__(self, accuracy: float) -> None:
        self.accuracy, self.interval = accuracy, (accuracy - 0.03, min(1.0, accuracy + 0.02))


@settings(max_examples=8)
@given(st.lists(st.tuples(st.floats(1, 1e3), st.floats(0.4, 1.0)), min_size=2, max_size=7))
def test_no_name_covers_another_or_leaves_the_page(points):
    names = [f"network_{i}" for i in range(len(points))]
    table = pd.DataFrame({"ms_1": [cost for cost, _ in points]}, index=names)
    reports = {name: Judged(accuracy) for name, (_, accuracy) in zip(names, points, strict=True)}
    ax = plots.accuracy_against_cost(Costs(table, "cpu"), reports, "ms_1")
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    page = ax.figure.bbox
    assert all(page.x0 <= box.x0 and box.x1 <= page.x1 for box in boxes)
    apart = np.ptp([np.log10(cost) for cost, _ in points]) > 0.6 and len(set(points)) == len(points)
    if len(points) <= 3 and apart:
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    plt.close(ax.figure)


def test_depth_draws_the_losses_and_the_gradients_of_the_convolutions(nouns):
    runs = {name: nouns["runs"][name] for name in nouns["gradients"]}
    loss, gradient = plots.depth(runs, nouns["gradients"])
    for line, run in zip(loss.lines, runs.values(), strict=True):
        assert line.get_ydata().tolist() == run.history.train_loss.tolist()
    for line, table in zip(gradient.lines, nouns["gradients"].values(), strict=True):
        assert line.get_ydata().tolist() == table.gradient[table.kind == "Conv2d"].tolist()
    assert gradient.get_yscale() == "log"


def test_transfer_draws_the_mean_of_the_seeds_for_each_way(nouns):
    table = transferred()
    ax = plots.transfer(table)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["scratch", "probe"]
    mean = table[table.way == "probe"].groupby("images").accuracy.mean()
    assert any(np.allclose(line.get_ydata(), mean) for line in ax.lines if len(line.get_ydata()) == 3)


def test_features_draws_a_point_per_image_and_keeps_distances_of_two_dimensions():
    images = datasets.load("digits")[:60]
    flat = models.build("linear", images).features(images.images)[:, 20:22].detach()
    ax = plots.features({"two": flat}, images)[0]
    assert sum(len(cloud.get_offsets()) for cloud in ax.collections) == len(images)
    drawn = plots._flattened(flat)
    assert np.allclose(np.linalg.norm(drawn[3] - drawn[40]), np.linalg.norm(flat[3] - flat[40]), atol=1e-4)
