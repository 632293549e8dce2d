"""plots: take a noun, return Axes, show what the noun holds, and say it in the alternative text."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

from course_lib import datasets, evaluation, figures, learning_rate, models, plots, splits, training


@pytest.fixture(scope="module")
def nouns() -> dict:
    split = splits.make(datasets.load("digits")[:300])
    run = training.fit(models.build("linear", split.train), split.train, split.val, epochs=2)
    report = evaluation.evaluate(run.model, split.test)
    runs = {"slow": training.fit(models.build("linear", split.train), split.train, split.val, epochs=3, lr=1e-4)}
    runs["fast"] = run
    return {
        "images": split.train,
        "split": split,
        "audit": splits.audit(split),
        "run": run,
        "history": run.history,
        "runs": runs,
        "comparison": training.compare(runs),
        "range": learning_rate.range_test(models.build("linear", split.train), split.train),
        "report": report,
        "reports": {"first": report, "second": report},
    }


@pytest.fixture(autouse=True)
def no_figure_is_left_open():
    yield
    plt.close("all")


ALL = [
    (plots.samples, "images"),
    (plots.class_balance, "images"),
    (plots.class_balance, "split"),
    (plots.split_audit, "audit"),
    (plots.learning_curves, "run"),
    (plots.confusion, "report"),
    (plots.wrong_examples, "report"),
    (plots.accuracies, "reports"),
    (plots.history, "history"),
    (plots.compare, "comparison"),
    (plots.cases, "runs"),
    (plots.range_test, "range"),
]


@pytest.mark.parametrize(("plot", "noun"), ALL, ids=[f"{p.__name__} of {n}" for p, n in ALL])
def test_it_returns_axes_with_a_title_and_shows_itself_with_alternative_text(plot, noun, nouns):
    axes = np.atleast_1d(plot(nouns[noun]))
    assert all(isinstance(ax, Axes) for ax in axes)
    assert all(ax.get_title() or ax.get_title("left") for ax in axes)
    figure = axes[0].figure
    assert len(figures.alt(figure)) > 30
    assert figures.png(figure).startswith(b"\x89PNG")
    assert f'alt="{figures.alt(figure)}"' in figures.img(figure)


def test_no_caption_leaves_the_figure(nouns):
    for plot, noun in ALL:
        figure = np.atleast_1d(plot(nouns[noun]))[0].figure
        figure.canvas.draw()
        page = figure.bbox
        for ax in figure.axes:
            for text in [*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label]:
                box = text.get_window_extent()
                if text.get_text() and text.get_visible():
                    assert box.x0 >= page.x0 - 1 and box.x1 <= page.x1 + 1, f"{plot.__name__}: {text.get_text()!r}"


def test_the_confusion_matrix_writes_every_count_that_is_not_0(nouns):
    report = nouns["report"]
    written = [int(t.get_text().split("\n")[0]) for t in plots.confusion(report).texts if t.get_text()]
    assert sorted(written) == sorted(n for n in report.confusion.to_numpy().ravel() if n)


def test_class_balance_draws_the_counts(nouns):
    split = nouns["split"]
    heights = [bar.get_height() for bar in plots.class_balance(split).patches]
    assert heights == split.counts().to_numpy().T.ravel().tolist()


def test_learning_curves_draw_the_history(nouns):
    run = nouns["run"]
    loss = plots.learning_curves(run)[0]
    assert loss.lines[0].get_ydata().tolist() == run.history.train_loss.tolist()
    assert loss.lines[1].get_ydata().tolist() == run.history.val_loss.tolist()


def test_comparing_draws_the_val_curve_of_each_run_and_rings_what_was_kept(nouns):
    loss, accuracy = plots.compare(nouns["comparison"])
    for ax, what in ((loss, "val_loss"), (accuracy, "val_accuracy")):
        drawn = [line.get_ydata().tolist() for line in ax.lines]
        for run in nouns["runs"].values():
            assert run.history[what].tolist() in drawn
            assert [run.metrics[what]] in drawn


def test_runs_side_by_side_share_their_scale_and_carry_their_names(nouns):
    first, second = plots.cases(nouns["runs"], what="loss")
    assert first.get_ylim() == second.get_ylim()
    assert [first.get_title(), second.get_title()] == ["slow", "fast"]
    assert first.get_ylim()[0] == 0


def test_the_range_test_marks_its_suggestion(nouns):
    ax = plots.range_test(nouns["range"])
    assert [nouns["range"].suggested] * 2 in [list(line.get_xdata()) for line in ax.lines]


def test_schedules_draw_the_rates_that_training_uses():
    ax = plots.schedules(["step", "cosine"], lr=0.1, epochs=6)
    assert ax.lines[0].get_ydata().tolist() == learning_rate.rates("step", 0.1, 6).tolist()
    assert ax.lines[1].get_ydata().max() == 0.1


def test_a_rare_class_is_drawn_with_accuracy_recall_and_precision_of_each_way(nouns):
    report, name = nouns["report"], nouns["report"].images.classes[3]
    bars = [bar.get_height() for bar in plots.rare_class({"one": report, "other": report}, name).patches]
    row = report.per_class.loc[name]
    assert bars == [report.accuracy] * 2 + [row.recall] * 2 + [row.precision] * 2


def test_a_spike_of_one_run_is_cut_off_before_it_flattens_the_others(nouns):
    wild = replace(nouns["run"], history=nouns["run"].history.assign(val_loss=50.0))
    assert plots.cases({"wild": wild, "calm": nouns["run"]}, what="loss")[1].get_ylim()[1] == 2.5


def test_it_draws_into_the_axes_that_is_given(nouns):
    figure, ax = plt.subplots()
    assert plots.confusion(nouns["report"], ax=ax) is ax
    assert plots.samples(nouns["images"], ax=figure.add_subplot()).figure is figure


def test_a_report_without_an_error_and_a_split_without_a_pair_still_draw(nouns):
    right = nouns["report"].images[[i for i in range(len(nouns["report"].images)) if i not in nouns["report"].wrong]]
    report = evaluation.evaluate(nouns["run"].model, right)
    assert plots.wrong_examples(report).get_title() == "No wrong prediction"
    assert plots.confusion(report).get_title()


def test_a_stopped_run_without_an_epoch_still_draws(nouns, monkeypatch):
    monkeypatch.setattr(training, "_validate", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    split = nouns["split"]
    run = training.fit(models.build("linear", split.train), split.train, split.val)
    assert len(plots.learning_curves(run)) == 2


def test_colour_pictures_keep_their_colours():
    critters = datasets.load("critters", n=3, size=16)
    shown = plots.samples(critters, n=3).images[0].get_array()
    assert np.array_equal(shown, critters.images[0].permute(1, 2, 0).numpy())
