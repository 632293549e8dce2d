"""Figures of confidence and errors: they draw what was counted, whatever went wrong, and say it in words."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from course_lib import calibration, datasets, evaluation, figures, gradcam, label_issues, models, neighbours, plots
from course_lib.evaluation import Report
from course_lib.imageset import ImageSet


@pytest.fixture(autouse=True)
def no_figure_is_left_open():
    yield
    plt.close("all")


def judged(images: ImageSet, wrong: set[int], model: models.Classifier) -> Report:
    """A Report that takes the images `wrong` for the class after theirs, more or less surely."""
    n, k = len(images), len(images.classes)
    sure = 0.45 + 0.5 * torch.rand(n, generator=torch.Generator().manual_seed(0))
    shift = torch.tensor([1 if i in wrong else 0 for i in range(n)])
    probabilities = ((1 - sure) / (k - 1))[:, None].repeat(1, k)
    probabilities[torch.arange(n), (images.labels + shift) % k] = sure
    return Report(images, probabilities, model.name, model)


CASES = {
    "some wrong digits": ("digits", 60, {1, 3, 4, 9, 20, 21}),
    "one digit": ("digits", 1, {0}),
    "some wrong critters": ("critters", 60, {1, 3, 4, 9, 20, 21}),
    "no wrong critter": ("critters", 60, set()),
    "only wrong critters": ("critters", 12, set(range(12))),
}


def load(name: str) -> ImageSet:
    return datasets.load("digits")[:60] if name == "digits" else datasets.load("critters", n=60, size=32)


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES)
def report(request) -> Report:
    name, n, wrong = request.param
    return judged(load(name)[:n], wrong, models.build("small_cnn", load(name)).eval())


def all_of_it(report: Report) -> dict[str, Axes | np.ndarray]:
    images, model = report.images, report.classifier
    return {
        "confidence": plots.confidence(report)[0],
        "reliability of one": plots.reliability(report),
        "reliability": plots.reliability({"before": report, "after": calibration.scale(report, 2)}),
        "coverage": plots.coverage(report),
        "coverage of two": plots.coverage({"val": report, "test": report}),
        "slices": plots.slices(report, "source"),
        "confused pairs": plots.confused_pairs(report),
        "neighbours": plots.neighbours(neighbours.nearest(model, images[report.wrong], images, n=1)),
        "label issues": plots.label_issues(report),
        "heat": plots.heat(model, images[:3]),
        "heat of none": plots.heat(model, images[[]]),
    }


def test_each_is_drawn_with_a_title_and_an_alternative_text_and_nothing_is_cut(report):
    for name, drawn in all_of_it(report).items():
        axes = np.atleast_1d(drawn)
        figure = axes[0].figure
        assert all(isinstance(ax, Axes) and ax.get_title() for ax in axes), name
        assert figures.alt(figure), name
        figure.draw_without_rendering()
        for ax in figure.axes:
            for text in [*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label]:
                box = text.get_window_extent()
                if text.get_text().strip():
                    assert box.x0 >= figure.bbox.x0 - 1 and box.x1 <= figure.bbox.x1 + 1, f"{name}: {text.get_text()!r}"


@pytest.mark.parametrize("name", ["digits", "critters"])
def test_each_draws_into_the_axes_that_is_given(name):
    data = load(name)
    report = judged(data, {1, 2}, models.build("small_cnn", data).eval())
    near = neighbours.nearest(report.classifier, data[:2], data)
    calls = [
        lambda ax: plots.coverage(report, ax=ax),
        lambda ax: plots.slices(report, "source", ax=ax),
        lambda ax: plots.confused_pairs(report, ax=ax),
        lambda ax: plots.neighbours(near, ax=ax),
        lambda ax: plots.label_issues(report, ax=ax),
        lambda ax: plots.heat(report.classifier, data[:2], ax=ax),
    ]
    for call in calls:
        ax = plt.subplots()[1]
        assert call(ax) is ax


@pytest.fixture(scope="module")
def critters_report() -> Report:
    images = load("critters")
    return judged(images, {1, 3, 4, 9, 20, 21}, models.build("small_cnn", images).eval())


def test_the_bars_of_the_confidence_count_every_image_once(critters_report):
    right, wrong = (ax.containers[0] for ax in plots.confidence(critters_report))
    assert sum(bar.get_height() for bar in wrong) == 6
    assert sum(bar.get_height() for bar in right) == 54


def test_the_reliability_diagram_draws_its_table(critters_report):
    ax = plots.reliability(critters_report, bins=5)[0]
    table = calibration.reliability(critters_report, bins=5)
    accuracy, gap = (container for container in ax.containers if hasattr(container, "patches"))
    assert [bar.get_height() for bar in accuracy] == pytest.approx(table.accuracy.tolist())
    tops = [bar.get_y() + bar.get_height() for bar in gap]
    assert tops == pytest.approx(table.confidence.tolist())
    assert [text.get_text() for text in ax.texts] == [str(n) for n in table.images]


def test_the_curve_starts_where_everything_is_answered(critters_report):
    curve = plots.coverage(critters_report).lines[0]
    assert curve.get_xdata()[0] == 1
    assert curve.get_ydata()[0] == pytest.approx(critters_report.accuracy)


def test_slices_say_how_many_images_they_have(critters_report):
    ax = plots.slices(critters_report, "background")
    counts = critters_report.images.facts["background"].value_counts().sort_index()
    assert [label.get_text() for label in ax.get_yticklabels()] == [f"{name}  ({n})" for name, n in counts.items()]


def test_confused_pairs_show_the_images_of_the_pair(critters_report):
    pair = critters_report.confused_pairs(1).iloc[0]
    ax = plots.confused_pairs(critters_report, n=1)
    heads = [text.get_text() for text in ax.texts if "→" in text.get_text()]
    assert len(heads) == 1 and heads[0].startswith(f"{pair.true} → {pair.predicted}\n{pair.images} image")
    shown = ax.images[0].get_array()
    errors = critters_report.errors()
    row = errors.row[(errors.true == pair.true) & (errors.predicted == pair.predicted)].iloc[0]
    assert np.array_equal(shown, critters_report.images.images[row].permute(1, 2, 0).numpy())


def test_neighbours_of_another_class_are_red(critters_report):
    near = neighbours.nearest(critters_report.classifier, critters_report.images[:3], critters_report.images, n=4)
    ax = plots.neighbours(near)
    red = sum(text.get_color() == figures.RED for text in ax.texts)
    assert red == int((near.labels != near.images.labels[:, None]).sum())


def test_label_issues_show_the_most_suspicious(critters_report):
    table = label_issues.find(critters_report)
    first = plots.label_issues(critters_report, n=2).texts[0].get_text()
    assert first == f"labelled {table.given[0]}\nsuggested {table.suggested[0]}"


def test_the_face_is_circled_where_it_is_known(critters_report):
    images = critters_report.images[:2]
    ax = plots.heat(critters_report.classifier, images, "dog")
    circles = [patch for patch in ax.patches if isinstance(patch, Circle)]
    left, _, bottom, top = ax.images[1].get_extent()
    assert len(ax.images) == 4 and {circle.center[0] for circle in circles[:2]} == {circles[0].center[0]}
    assert circles[0].center[0] == pytest.approx(left + (1 + images.facts["shift_x"][0]) / 2)
    assert circles[0].center[1] == pytest.approx(top - (1 + images.facts["shift_y"][0]) / 2)
    assert circles[0].radius == pytest.approx(images.facts["scale"][0] / 2) and top - bottom == 1
    plain = ImageSet(images.images, images.labels, images.classes)
    assert not plots.heat(critters_report.classifier, plain).patches


def test_heat_in_the_face_is_shown_for_right_and_wrong(critters_report):
    heat = gradcam.heat(critters_report.classifier, critters_report.images.images)
    ax = plots.looked_at(critters_report, heat)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["right (54)", "wrong (6)"]
    assert (
        sum(len(dots.get_offsets()) for dots in ax.collections if hasattr(dots, "get_sizes") and len(dots.get_sizes()))
        == 60
    )
    assert "Heat inside the face" in figures.alt(ax.figure)
    right = critters_report.images[[i for i in range(60) if i not in critters_report.wrong]]
    assert plots.looked_at(judged(right, set(), critters_report.classifier), heat[:54]).get_title()


def test_heat_in_a_face_that_nobody_knows_is_refused():
    digits = datasets.load("digits")[:4]
    report = evaluation.evaluate(models.build("small_cnn", digits), digits)
    with pytest.raises(ValueError, match="to know where the face is takes the facts scale, shift_x, shift_y"):
        plots.looked_at(report, torch.ones(4, 8, 8))
