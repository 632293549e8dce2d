"""Report: its figures agree with their definitions, worked out by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import evaluation, models
from course_lib.evaluation import Report
from course_lib.imageset import ImageSet
from course_lib.intervals import by_group, independent, wilson

#          true → predicted, confidence
BY_HAND = [(0, 0, 0.9), (0, 1, 0.8), (0, 1, 0.6), (1, 1, 0.7), (1, 2, 0.95), (2, 2, 0.5)]


def report(rows=BY_HAND) -> Report:
    probabilities = torch.zeros(len(rows), 3)
    for i, (_, predicted, confidence) in enumerate(rows):
        probabilities[i] = (1 - confidence) / 2
        probabilities[i, predicted] = confidence
    images = torch.zeros(len(rows), 1, 4, 4, dtype=torch.uint8)
    labels = torch.tensor([true for true, _, _ in rows])
    return Report(ImageSet(images, labels, ("cat", "dog", "panda"), name="made"), probabilities, "by hand")


def test_accuracy_f1_and_confusion_are_what_one_counts_by_hand():
    made = report()
    assert made.accuracy == 0.5
    assert made.confusion.to_numpy().tolist() == [[1, 2, 0], [0, 1, 1], [0, 0, 1]]
    assert made.per_class.recall.tolist() == pytest.approx([1 / 3, 1 / 2, 1])
    assert made.per_class.precision.tolist() == pytest.approx([1, 1 / 3, 1 / 2])
    assert made.per_class.support.tolist() == [3, 2, 1]
    assert made.macro_f1 == pytest.approx((1 / 2 + 2 / 5 + 2 / 3) / 3)


def test_wrong_images_come_the_most_confident_first():
    made = report()
    assert made.wrong.tolist() == [4, 1, 2]
    errors = made.errors(2)
    assert errors.true.tolist() == ["dog", "cat"]
    assert errors.predicted.tolist() == ["panda", "dog"]
    assert errors.confidence.tolist() == pytest.approx([0.95, 0.8])


def test_top_k_counts_the_true_class_among_the_k_most_probable():
    made = report()
    assert made.top_k(1) == pytest.approx(made.accuracy)
    assert made.top_k(3) == 1
    sure = Report(made.images, torch.tensor([[0.5, 0.3, 0.2]] * 6), "always the same")  # cat, dog, panda
    assert sure.top_k(1) == pytest.approx(3 / 6)
    assert sure.top_k(2) == pytest.approx(5 / 6)
    for k in (0, 4):
        with pytest.raises(ValueError, match="k must be from 1 to the 3 classes"):
            made.top_k(k)


def test_confused_pairs_come_the_most_frequent_first():
    pairs = report().confused_pairs()
    assert pairs[["true", "predicted", "images"]].to_numpy().tolist() == [["cat", "dog", 2], ["dog", "panda", 1]]
    assert pairs.share.tolist() == pytest.approx([2 / 3, 1 / 2])
    assert len(report().confused_pairs(1)) == 1


def test_calibration_error_is_the_mean_gap_between_confidence_and_accuracy():
    # Each confidence falls into a bin of its own among 15, so every image is a bin.
    rows = [(0, 0, 0.9), (1, 0, 0.5)]
    assert report(rows).calibration_error == pytest.approx((0.1 + 0.5) / 2)
    assert report([(0, 0, 1.0)]).calibration_error == pytest.approx(0)


def test_a_report_without_an_error_still_answers():
    made = report([(0, 0, 0.9), (1, 1, 0.9)])
    assert made.accuracy == 1
    assert made.errors().empty
    assert made.confused_pairs().empty
    assert made.macro_f1 == 1  # the class without images does not count
    assert made._repr_html_()


def test_wilson_agrees_with_the_published_example():
    # Newcombe 1998, Statistics in Medicine 17:857, table I: 81/263 and 1/29.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=1e-4)


@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilson_holds_the_share_and_narrows_with_more_images(total, share):
    right = round(total * share)
    low, high = wilson(right, total)
    assert 0 <= low <= right / total <= high <= 1
    wider_low, wider_high = wilson(right, total)
    low, high = wilson(4 * right, 4 * total)
    assert high - low < wider_high - wider_low
    assert not math.isnan(low)


def test_evaluate_judges_the_images_in_their_order():
    images = torch.randint(0, 256, (7, 1, 8, 8), dtype=torch.uint8)
    data = ImageSet(images, torch.arange(7) % 3, ("cat", "dog", "panda"))
    model = models.build("linear", data)
    made = evaluation.evaluate(model, data)
    assert torch.allclose(made.probabilities.sum(1), torch.ones(7))
    assert torch.equal(made.predicted, models.predict(model, images).argmax(1))
    with pytest.raises(ValueError, match="empty ImageSet"):
        evaluation.evaluate(model, data[[]])
    with pytest.raises(ValueError, match="the model knows the classes"):
        evaluation.evaluate(model, ImageSet(images, data.labels, ("a", "b", "c")))


@given(st.lists(st.booleans(), min_size=2, max_size=60))
def test_images_that_each_are_a_group_count_one_each(right):
    right = np.array(right)
    assert independent(right, np.arange(len(right))) == len(right)
    assert by_group(right, np.arange(len(right))) == wilson(int(right.sum()), len(right))


@given(st.lists(st.booleans(), min_size=3, max_size=40).filter(lambda r: 0 < sum(r) < len(r)), st.integers(2, 8))
def test_copies_of_an_image_are_no_further_witnesses(right, copies):
    once = np.array(right)
    worth = independent(once.repeat(copies), np.arange(len(once)).repeat(copies))
    assert worth == pytest.approx(len(once) - 1)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=60))
def test_the_interval_by_group_holds_the_share_and_is_never_narrower(pairs):
    right, groups = (np.array(column) for column in zip(*pairs, strict=True))
    low, high = by_group(right, groups)
    narrow_low, narrow_high = wilson(int(right.sum()), len(right))
    assert low - 1e-12 <= right.mean() <= high + 1e-12
    assert low <= narrow_low + 1e-9 and high >= narrow_high - 1e-9


def test_all_right_says_no_more_than_the_groups_do():
    assert independent(np.ones(70, dtype=bool), np.arange(70) // 7) == 10
    assert independent(np.ones(7, dtype=bool), np.zeros(7)) == 7  # of one animal alone, its photos count
