"""explanations: a cause holds only if the facts show it and the photo without it is taken for what it is."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from course_lib import calibration, datasets, evaluation, figures, models, neighbours, plots, splits
from course_lib.causes import CAUSES
from course_lib.datasets.critters import is_hard, render
from course_lib.datasets.scenery import BACKGROUNDS
from course_lib.explanations import FAILS, HOLDS, OPEN, Explanation, explain
from course_lib.explanations.checks import HARD, KNOWN, PARTS
from course_lib.imageset import ImageSet

CLASSES = ("cat", "dog", "panda")
EVIL = "<script>alert(1)</script>"
EASY = {"scale": 0.5, "rotation": 0.0, "yaw": 0.0, "shift_x": 0.0, "shift_y": 0.0, "light": 0.95}
EASY |= {"blur": 0.0, "noise": 0.01, "occlusion": 0.0, "background": "grass", "atypical": False}
BEYOND = {"light": 0.3, "blur": 0.03, "noise": 0.15, "scale": 0.28, "occlusion": 0.4, "atypical": True}


class Rote(nn.Module):
    """Answers by heart: the label in `answers` for an image that it knows, else `otherwise`."""

    classes, name = CLASSES, "rote"

    def __init__(self, answers: dict[bytes, int], otherwise: int) -> None:
        super().__init__()
        self.answers, self.otherwise = answers, otherwise
        self.register_buffer("mean", torch.zeros(1))

    def forward(self, images: Tensor) -> Tensor:
        labels = [self.answers.get(image.numpy().tobytes(), self.otherwise) for image in images]
        return 4 * nn.functional.one_hot(torch.tensor(labels), len(CLASSES)).float()


def photo(species: str = "cat", **facts: object) -> pd.DataFrame:
    row = {"id": "x", "group": "g", "source": "s", "species": species, "individual": 3, "photo": 5} | EASY | facts
    return pd.DataFrame([row])


def report_on(facts: pd.DataFrame, taken_for: int, otherwise: int, label: int = 0) -> evaluation.Report:
    """A Report on one photo that its model takes for `taken_for`, and every other photo for `otherwise`."""
    images = ImageSet(render(facts, 32), torch.tensor([label]), CLASSES, facts, "critters")
    return evaluation.evaluate(Rote({images.images[0].numpy().tobytes(): taken_for}, otherwise), images)


@pytest.fixture(autouse=True)
def no_figure_is_left_open():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def digits() -> evaluation.Report:
    images = datasets.load("digits")[:60]
    return evaluation.evaluate(models.build("linear", images), images)


@pytest.mark.parametrize("cause", HARD)
def test_a_cause_in_the_facts_holds_when_the_label_comes_right_without_it(cause):
    fact = HARD[cause].fact
    facts = photo(**{fact: BEYOND[fact]})
    explained = explain(report_on(facts, 1, 0), 0, cause=cause, because="I see it.")
    assert (explained.verdict, explained.supported, explained.after_label) == (HOLDS, True, "cat")
    assert torch.equal(explained.before, render(facts, 32)[0])
    assert torch.equal(explained.after, render(facts.assign(**{fact: HARD[cause].usual}), 32)[0])
    assert not is_hard(facts.assign(**{fact: HARD[cause].usual}))[0]
    assert not torch.equal(explained.before, explained.after)


@pytest.mark.parametrize("cause", HARD)
def test_a_cause_in_the_facts_does_not_hold_when_the_label_stays_wrong_without_it(cause):
    fact = HARD[cause].fact
    explained = explain(report_on(photo(**{fact: BEYOND[fact]}), 1, 2), 0, cause=cause, because="I see it.")
    assert (explained.verdict, explained.supported, explained.after_label) == (FAILS, False, "panda")
    assert "the label stays wrong." in explained.found


@settings(max_examples=40)
@given(seed=st.integers(0, 2**20), cause=st.sampled_from(list(PARTS)))
def test_no_cause_holds_that_the_facts_do_not_show_whatever_the_model_answers(seed, cause):
    images = datasets.load("critters", n=12, size=16, seed=seed)
    report = evaluation.evaluate(models.build("linear", images, seed=seed), images)
    for row in report.wrong.tolist():
        explained = explain(report, row, cause=cause, because="x")
        there = [name for name in PARTS[cause] if HARD[name].there(images.facts.iloc[[row]])]
        assert explained.verdict == (HOLDS if there and explained.after_label == explained.true else FAILS)
        assert (explained.after is None) == (not there)


def test_no_figure_makes_good_for_a_check_that_failed():
    report = report_on(photo(light=0.3), 1, 2)
    assert not explain(report, 0, cause="dark", because="x", figures=plots.confusion(report)).supported


def test_of_two_causes_naming_one_that_rights_nothing_does_not_hold_and_tells_of_the_other():
    facts = photo(light=0.3, occlusion=0.4)
    report = report_on(facts, 1, 1)
    report.classifier.answers[render(facts.assign(occlusion=0.0), 32)[0].numpy().tobytes()] = 0
    dark = explain(report, 0, cause="dark", because="x")
    assert dark.verdict == FAILS and dark.found.endswith("stays wrong; the facts show 1 other hard cause.")
    assert "occlu" not in dark.found  # which one, the student has to find
    assert explain(report, 0, cause="occluded", because="x").verdict == HOLDS


def test_poor_quality_takes_away_all_of_it_that_the_facts_show_and_nothing_else():
    facts = photo(light=0.3, blur=0.03, occlusion=0.4)
    explained = explain(report_on(facts, 1, 0), 0, cause="poor quality", because="x")
    better = facts.assign(light=HARD["dark"].usual, blur=0.0)
    assert explained.verdict == HOLDS and torch.equal(explained.after, render(better, 32)[0])


def test_a_wrong_label_is_one_that_the_facts_deny():
    right = explain(report_on(photo("cat"), 1, 0), 0, cause="wrong label", because="x")
    assert right.verdict == FAILS and right.after is None
    report = report_on(photo("dog"), 1, 0, label=0)  # a dog, labelled cat, taken for a dog
    wrong = explain(report, 0, cause="wrong label", because="x")
    assert wrong.verdict == HOLDS and wrong.found.startswith("The facts say dog, the label says cat: it is wrong.")
    assert torch.equal(wrong.after, render(photo("cat"), 32)[0])
    assert explain(report, 0, cause="dark", because="x").verdict == FAILS
    also = explain(report_on(photo("dog"), 2, 0), 0, cause="wrong label", because="x")
    assert also.verdict == HOLDS and "So is the model, which says panda." in also.found


def test_behind_a_wrong_label_a_cause_is_judged_by_what_the_photo_shows():
    dark_dog = photo("dog", light=0.3)  # labelled cat, taken for a panda
    assert explain(report_on(dark_dog, 2, 1), 0, cause="dark", because="x").verdict == HOLDS
    assert explain(report_on(dark_dog, 2, 0), 0, cause="dark", because="x").verdict == FAILS


@pytest.mark.parametrize("right", range(8))
@pytest.mark.parametrize("cause", ["background", "wrong region"])
def test_a_background_misleads_when_the_label_comes_right_on_nearly_all_others(cause, right):
    facts = photo()
    others = [name for name in BACKGROUNDS if name != "grass"]
    report = report_on(facts, 1, 2)
    for name in others[:right]:
        report.classifier.answers[render(facts.assign(background=name), 32)[0].numpy().tobytes()] = 0
    explained = explain(report, 0, cause=cause, because="x")
    assert explained.verdict == (HOLDS if right >= 6 else FAILS)
    assert f"On {right} of 7 other backgrounds than grass" in explained.found
    assert (explained.after_label == "cat") == (right >= 6)  # the picture shows what the verdict says


@pytest.mark.parametrize("cause", ["too few like it", "shifted domain"])
def test_what_no_rendering_can_show_asks_for_evidence_and_no_figure_replaces_a_cause_that_can_be_checked(cause):
    report = report_on(photo(), 1, 0)
    explained = explain(report, 0, cause=cause, because="x")
    assert (explained.verdict, explained.supported, len(explained.asks)) == (OPEN, False, 3)
    assert not explain(report, 0, cause=cause, because="x", figures=plots.confusion(report)).supported


@pytest.mark.parametrize("cause", KNOWN)
def test_of_images_whose_causes_are_not_known_nothing_can_be_checked(cause, digits):
    explained = explain(digits, int(digits.wrong[0]), cause=cause, because="x")
    assert (explained.verdict, explained.supported, explained.after) == (OPEN, False, None)
    assert len(explained.asks) == 3
    asked = " ".join(explained.asks)
    assert all(call in asked for call in ("neighbours.nearest(", "plots.slices(", "plots.heat("))


@pytest.mark.parametrize("cause", ["too few like it", "shifted domain", "wrong region"])
@pytest.mark.parametrize("name", ["digits", "critters"])
def test_each_call_that_it_asks_for_draws_a_figure_that_counts_as_evidence(name, cause):
    split = splits.make(datasets.load(name)[:150])
    report = evaluation.evaluate(models.build("small_cnn", split.train), split.val)
    row = int(report.wrong[0])
    changed = replace(report, images=replace(report.images, images=255 - report.images.images))  # of other facts
    for ask in explain(changed, row, cause=cause, because="x").asks:
        call = ask.partition(": ")[2]
        drawn = eval(call, {"plots": plots, "neighbours": neighbours, "report": report, "split": split})
        assert explain(changed, row, cause=cause, because="x", figures=drawn).supported


def test_an_array_of_axes_is_as_good_as_a_list_and_shows_in_the_page(digits):
    axes = figures.new(4, 2, columns=2)
    figures.describe(axes[0], "two curves")
    explained = explain(digits, int(digits.wrong[0]), cause="occluded", because="x", figures=axes)
    assert explained.figures == tuple(axes) and explained.supported
    assert explained._repr_html_().count('alt="two curves"') == 1  # one figure, once


def test_an_image_that_was_changed_since_it_was_rendered_cannot_be_checked():
    facts = photo(light=0.3)
    images = ImageSet(render(facts, 32) // 2, torch.tensor([0]), CLASSES, facts, "critters")
    report = evaluation.evaluate(Rote({}, 1), images)
    explained = explain(report, 0, cause="dark", because="x")
    assert explained.verdict == OPEN and "changed since" in explained.found


def test_facts_of_the_same_names_that_mean_something_else_cannot_be_checked():
    for facts in (photo("axolotl"), photo(light="bright"), photo(background="moon")):
        images = ImageSet(torch.zeros(1, 3, 32, 32, dtype=torch.uint8), torch.tensor([0]), CLASSES, facts)
        report = evaluation.evaluate(Rote({}, 1), images)
        assert explain(report, 0, cause="dark", because="x").verdict == OPEN


def test_classes_that_are_no_species_are_checked_by_the_label_alone():
    facts = photo("cat", light=0.3)
    report = report_on(facts, 1, 0)
    renamed = replace(report, images=replace(report.images, classes=("Katze", "Hund", "Panda")))
    renamed.classifier.classes = renamed.images.classes
    assert explain(renamed, 0, cause="dark", because="x").verdict == HOLDS
    assert explain(renamed, 0, cause="wrong label", because="x").verdict == OPEN


def test_a_model_that_was_trained_on_since_or_not_kept_is_refused():
    report = report_on(photo(light=0.3), 1, 0)
    with pytest.raises(ValueError, match=r"no longer answers as this report says .* evaluation.evaluate"):
        explain(replace(report, classifier=None), 0, cause="dark", because="x")
    report.classifier.answers.clear()
    with pytest.raises(ValueError, match="no longer answers as this report says"):
        explain(report, 0, cause="dark", because="x")


def test_other_confidences_after_temperature_scaling_change_no_verdict():
    report = report_on(photo(light=0.3), 1, 0)
    assert explain(calibration.scale(report, 3.0), 0, cause="dark", because="x").verdict == HOLDS


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"index": 1}, "row 1 is a dog and was taken for a dog, which is right"),
        ({"index": 2}, "0 to 1; got 2"),
        ({"index": -1}, "0 to 1; got -1"),
        ({"index": "x"}, "got 'x': take one of report.wrong"),
        ({"cause": "ocluded"}, "did you mean 'occluded'"),
        ({"because": "  "}, "got an empty because"),
        ({"figures": ["a.png"]}, "got str: give Axes"),
        ({"figures": None}, "got NoneType: give Axes"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(given, says):
    facts = pd.concat([photo("cat"), photo("dog")], ignore_index=True)
    images = ImageSet(render(facts, 32), torch.tensor([0, 1]), CLASSES, facts)
    report = evaluation.evaluate(Rote({}, 1), images)
    with pytest.raises(ValueError, match=re.escape(says)) as refused:
        explain(report, **({"index": 0, "cause": "dark", "because": "x"} | given))
    assert "\n" not in str(refused.value)


def test_every_cause_of_the_chapter_is_known_and_none_else_than_the_finer_ones():
    assert {*CAUSES} <= {*KNOWN}
    assert {*KNOWN} - {*CAUSES} == {"dark", "blurred", "noisy", "far", "atypical", "background"}


def test_it_shows_both_pictures_with_their_words_and_marks_what_is_measured():
    explained = explain(report_on(photo(light=0.3), 1, 0), 0, cause="dark", because=EVIL)
    html = explained._repr_html_()
    assert html.count("<img ") == 2 and "<script" not in html and EVIL in unescape(html)
    marked = re.findall(r'class="measured">([^<]*)<', html)
    assert [*explained.captions, "✓ holds", explained.found] == [unescape(text) for text in marked]
    plain = re.sub(r'<img [^>]*>|class="measured">[^<]*<|style="[^"]*"', "", html)
    assert not re.search(r"\d", plain.replace(EVIL, "").replace("alert(1)", ""))
    assert repr(explained) == "Explanation(x: cat taken for dog, dark: holds)"


@pytest.mark.parametrize("cause", ["dark", "noisy", "too few like it"])
def test_the_figure_shows_the_pictures_that_there_are_and_tells_the_verdict(cause):
    explained = explain(report_on(photo(light=0.3), 1, 0), 0, cause=cause, because="x")
    ax = plots.explanation(explained)
    assert len(ax.images) == (1 if explained.after is None else 2)
    assert explained.found.rstrip(".") in figures.alt(ax.figure) and explained.verdict in ax.get_title()
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in [*ax.texts, ax.title]]
    assert all(box.x0 >= 0 and box.x1 <= ax.figure.bbox.x1 and box.y0 >= 0 for box in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_captions_of_long_names_do_not_run_into_each_other():
    explained = explain(report_on(photo(light=0.3), 1, 0), 0, cause="dark", because="x")
    name = "a domestic short-haired cat, seen from above"
    ax = plots.explanation(replace(explained, true=name, predicted=name, after_label=name, cause="wrong region"))
    ax.figure.canvas.draw()
    first, second = (text.get_window_extent() for text in ax.texts)
    assert not first.overlaps(second)


def test_hand_made_ones_need_no_picture():
    bare = Explanation("x", "cat", "dog", 0.9, "dark", "x", OPEN, "Not known.")
    assert not bare.supported and bare._repr_html_().count("<img") == 0
    assert plots.explanation(bare).get_title() == "dark: cannot be checked here"
