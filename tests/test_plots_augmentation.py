"""Figures of augmentation: they show what was measured, say it in words, and nothing leaves the page."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

from course_lib import augment, datasets, evaluation, figures, models, plots, splits, training
from course_lib.augment import OPERATIONS, Policy

STRONG = Policy(hflip=0.5, crop_resize=0.7, rotate=0.25, brightness=0.7, hue=0.5, cutout=0.7, name="strong")


@pytest.fixture(scope="module")
def nouns() -> dict:
    split = splits.make(datasets.load("digits"), val=0.2, test=0.3)
    run = training.fit(models.build("small_cnn", split.train), split.train, split.val, epochs=8)
    survival = augment.survival(run.model, split.test)
    report = evaluation.evaluate(run.model, split.test)
    return {"images": split.test, "survival": survival, "model": run.model, "report": report}


@pytest.fixture(autouse=True)
def no_figure_is_left_open():
    yield
    plt.close("all")


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def drawn(nouns: dict) -> dict[str, Axes]:
    three = nouns["images"][:3]
    reports = {"none": [nouns["report"]] * 3, "a policy with a long name": [nouns["report"]]}
    return {
        "gallery": plots.gallery(three, STRONG),
        "gallery of mixed images": plots.gallery(three, Policy(hflip=0.5, cutmix=1, name="mix"), n=3),
        "operations": plots.operations(three, ["hflip", "rotate", "noise"]),
        "augmented": plots.augmented(nouns["images"], nouns["survival"], "rotate", 1),
        "survival_map": plots.survival_map(nouns["survival"]),
        "policies": plots.policies(reports),
    }


def test_each_is_one_axes_with_a_title_and_alternative_text(nouns):
    for name, ax in drawn(nouns).items():
        assert isinstance(ax, Axes) and ax.get_title(), name
        assert len(figures.alt(ax.figure)) > 40, name
        assert figures.png(ax.figure).startswith(b"\x89PNG"), name


def test_no_caption_leaves_the_figure(nouns):
    for name, ax in drawn(nouns).items():
        ax.figure.canvas.draw()
        page = ax.figure.bbox
        for text in [*ax.texts, ax.title, ax.xaxis.label, *(ax.get_yticklabels() if ax.axison else [])]:
            box = text.get_window_extent()
            if text.get_text() and text.get_visible():
                assert box.x0 >= page.x0 - 1 and box.x1 <= page.x1 + 1, f"{name}: {text.get_text()!r}"


def test_the_gallery_shows_each_image_and_its_versions(nouns):
    ax = plots.gallery(nouns["images"][:3], Policy(shift=0.3, name="moved"), n=5)
    tiles = [np.asarray(image.get_array()) for image in ax.images]
    assert len(tiles) == 18
    for row in range(3):
        original, *versions = tiles[row * 6 : row * 6 + 6]
        assert np.array_equal(original[..., 0], nouns["images"].images[row, 0].numpy())
        assert len({version.tobytes() for version in versions}) > 1
    assert "shift 0.3" in ax.get_title()


def test_the_gallery_of_mixed_images_tells_the_mixed_labels(nouns):
    ax = plots.gallery(nouns["images"][:3], Policy(mixup=1, name="mix"), n=2)
    assert all("%" in text for i, text in enumerate(texts(ax)) if i % 3)


def test_the_map_says_in_words_what_was_measured(nouns):
    survival = nouns["survival"]
    ax = plots.survival_map(survival)
    cells = [text for text in texts(ax) if not text.startswith("1: ")]
    for text, row in zip(cells, survival.table.itertuples(), strict=True):
        assert f"{row.share:.0%}" in text
        assert (row.exchanges or row.verdict) in text
    assert "rotate at 1 6↔9" in figures.alt(ax.figure)


def test_augmented_shows_the_original_above_the_changed_image_with_its_figures(nouns):
    ax = plots.augmented(nouns["images"], nouns["survival"], "rotate", 1, n=6)
    tiles = [np.asarray(image.get_array()) for image in ax.images]
    for above, below in zip(tiles[:6], tiles[6:], strict=True):
        assert np.array_equal(below, above[::-1, ::-1])
    assert "6↔9" in ax.get_title() and f"{nouns['survival'].at('rotate', 1).share:.0%}" in ax.get_title()


def test_augmented_at_strength_0_changes_nothing(nouns):
    ax = plots.augmented(nouns["images"], nouns["survival"], "hflip", 0, n=4)
    tiles = [np.asarray(image.get_array()) for image in ax.images]
    assert all(np.array_equal(a, b) for a, b in zip(tiles[:4], tiles[4:], strict=True))
    assert "nothing changes" in ax.get_title()


def test_the_overview_has_a_row_for_every_operation_and_a_picture_for_every_strength(nouns):
    ax = plots.operations(nouns["images"], strengths=(0.2, 0.9))
    names = [name for name, operation in OPERATIONS.items() if not operation.mixes]
    assert [text for text in texts(ax) if text in names] == names
    assert texts(ax).count("0.9") == sum(not OPERATIONS[name].switch for name in names)


def test_policies_show_each_seed_and_the_mean_with_its_spread(nouns):
    report = nouns["report"]
    ax = plots.policies({"none": [report, report], "one seed": [report]})
    assert texts(ax) == [f"{report.accuracy:.1%} ± 0.0"] * 2
    dots = [line.get_xdata() for line in ax.lines if line.get_marker() == "o"]
    assert sum(map(len, dots)) == 3


def test_with_a_model_the_changed_images_say_what_it_sees(nouns):
    images, survival, model = nouns["images"], nouns["survival"], nouns["model"]
    captions = [text.get_text() for text in plots.augmented(images, survival, "rotate", 1.0, n=3, model=model).texts]
    assert [caption.startswith("→ ") and caption.endswith("% sure") for caption in captions] == [False] * 3 + [True] * 3
