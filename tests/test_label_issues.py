"""Label issues: what confident learning counts by hand, what cleanlab finds, and wrong labels planted in digits."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import datasets, label_issues
from course_lib.evaluation import Report
from course_lib.imageset import ImageSet


def report(probabilities: torch.Tensor, labels: torch.Tensor) -> Report:
    images = torch.zeros(len(labels), 1, 2, 2, dtype=torch.uint8)
    classes = tuple("abcdefgh"[: probabilities.shape[1]])
    return Report(ImageSet(images, labels, classes, name="made"), probabilities.float(), "by hand")


def noisy(seed: int, images: int = 80, classes: int = 4) -> Report:
    """Probabilities that mean the true class, and labels of which a fifth are another."""
    generator = torch.Generator().manual_seed(seed)
    true = torch.randint(0, classes, (images,), generator=generator)
    logits = torch.randn(images, classes, generator=generator)
    logits[range(images), true] += 2
    wrong = torch.rand(images, generator=generator) < 0.2
    labels = torch.where(wrong, torch.randint(0, classes, (images,), generator=generator), true)
    labels[:classes] = torch.arange(classes)  # every class is there
    return report(logits.softmax(1), labels)


def test_it_is_what_one_counts_by_hand():
    # Thresholds: a (0.9 + 0.8 + 0.1 + 0.45) / 4 = 0.5625, b (0.7 + 0.6) / 2 = 0.65.
    a = [0.9, 0.8, 0.1, 0.45, 0.3, 0.4]
    probabilities = torch.tensor([[p, 1 - p] for p in a])
    table = label_issues.find(report(probabilities, torch.tensor([0, 0, 0, 0, 1, 1])))
    # The third reaches b's threshold. The fourth is taken for b too, but too unsurely to count.
    assert table.columns.tolist() == ["row", "id", "given", "suggested", "margin"]
    assert table[["row", "id", "given", "suggested"]].to_numpy().tolist() == [[2, "made-00002", "a", "b"]]
    assert table.margin.tolist() == pytest.approx([-0.8])


@given(st.integers(0, 10_000))
def test_the_most_suspicious_come_first_and_every_suggestion_is_another_class(seed):
    judged = noisy(seed)
    table = label_issues.find(judged)
    assert table.margin.is_monotonic_increasing
    assert (table.margin < 0).all()
    assert (table.given != table.suggested).all()
    assert table.row.is_unique
    assert table.given.tolist() == [judged.images.label_names[row] for row in table.row]


@given(st.integers(0, 10_000))
def test_it_finds_what_cleanlab_finds_in_the_same_order(seed):
    theirs = pytest.importorskip("cleanlab.filter")
    judged = noisy(seed)
    rows = theirs.find_label_issues(
        judged.images.labels.numpy(),
        judged.probabilities.numpy(),
        filter_by="confident_learning",
        return_indices_ranked_by="normalized_margin",
        n_jobs=1,
    )
    assert label_issues.find(judged).row.tolist() == rows.tolist()


def test_a_class_without_images_is_never_suggested_and_labels_nobody_doubts_give_an_empty_table():
    probabilities = torch.tensor([[0.1, 0.0, 0.9], [0.9, 0.1, 0.0], [0.2, 0.8, 0.0]])
    assert label_issues.find(report(probabilities, torch.tensor([0, 0, 1]))).empty
    assert label_issues.find(report(torch.eye(3), torch.arange(3))).empty


@pytest.fixture(scope="module")
def planted() -> tuple[Report, set[int]]:
    """Digits with 8 % wrong labels, judged by models that have not seen them; and the rows of the wrong ones."""
    digits = datasets.load("digits")[:900]
    rng = np.random.default_rng(0)
    rows = rng.choice(900, 72, replace=False)
    labels = digits.labels.clone()
    labels[rows] = (labels[rows] + torch.from_numpy(rng.integers(1, 10, 72))) % 10
    mixed = ImageSet(digits.images, labels, digits.classes, digits.facts, "digits with wrong labels")
    return label_issues.cross_validated(mixed), set(rows.tolist())


def test_most_of_the_wrong_labels_in_digits_are_found_on_top(planted):
    judged, wrong = planted
    found = label_issues.find(judged).row.tolist()
    assert len(wrong & set(found)) / len(wrong) > 0.6  # recall, 71 to 83 % on three seeds
    assert len(wrong & set(found)) / len(found) > 0.9  # precision, 98 to 100 %
    assert len(wrong & set(found[:36])) / 36 > 0.95


def test_cross_validation_judges_every_image_once(planted):
    judged, _ = planted
    assert torch.allclose(judged.probabilities.sum(1), torch.ones(900), atol=1e-5)
    assert len(judged.images) == 900


@pytest.mark.parametrize("by", ["group", "class"])
def test_every_image_is_held_out_once_and_groups_stay_whole(by):
    critters = datasets.load("critters", n=120, size=16)
    held = np.zeros(120, dtype=int)
    groups = critters.facts["group"].to_numpy()
    for train, val, out in label_issues._parts(critters, 3, by, seed=0):
        held[out] += 1
        assert sorted([*train, *val, *out]) == list(range(120))
        assert len(val) and len(train) > len(val)
        assert set(critters.labels[train].tolist()) == {0, 1, 2}
        if by == "group":
            sides = [set(groups[rows]) for rows in (train, val, out)]
            assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
    assert held.tolist() == [1] * 120


def test_a_cut_that_cannot_be_made_is_refused():
    critters = datasets.load("critters", n=42, size=16)  # two individuals of each species
    with pytest.raises(ValueError, match="folds must be from 2 to 2, the groups of the rarest class"):
        label_issues.cross_validated(critters, folds=3)
    with pytest.raises(ValueError, match="folds must be from 2 to 14, the images"):
        label_issues.cross_validated(critters, folds=15, by="class")
    with pytest.raises(ValueError, match="by must be 'class' or 'group'"):
        label_issues.cross_validated(critters, by="individual")
