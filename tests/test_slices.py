"""Slices: every image is in one slice, slices are where the fact says, and what they count is right."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import datasets, slices
from course_lib.evaluation import Report
from course_lib.imageset import ImageSet
from course_lib.intervals import wilson


def report(values, right=None, name: str = "fact") -> Report:
    """Images with one fact, and whether the model is right on each."""
    n = len(values)
    right = torch.ones(n) if right is None else torch.as_tensor(right).float()
    ids = [str(i) for i in range(n)]
    facts = pd.DataFrame({"id": ids, "group": ids, "source": "made", name: values})
    labels = torch.zeros(n, dtype=torch.int64)
    images = ImageSet(torch.zeros(n, 1, 2, 2, dtype=torch.uint8), labels, ("a", "b"), facts, "made")
    return Report(images, torch.stack([right, 1 - right], 1), "by hand")


def test_words_and_yes_and_no_are_counted_by_value():
    table = slices.by_fact(report(["snow", "room", "snow", "snow"], [1, 0, 0, 1]), "fact")
    assert table.columns.tolist() == ["slice", "images", "right", "accuracy", "low", "high"]
    assert table.slice.tolist() == ["room", "snow"]
    assert table[["images", "right"]].to_numpy().tolist() == [[1, 0], [3, 2]]
    assert table.accuracy.tolist() == pytest.approx([0, 2 / 3])
    assert (table.low[1], table.high[1]) == wilson(2, 3)
    assert slices.by_fact(report([True, False, True]), "fact").slice.tolist() == ["no", "yes"]
    assert slices.by_fact(report([3, 1, 10, 1]), "fact").slice.tolist() == ["1", "3", "10"]


def test_a_number_that_is_mostly_0_has_a_slice_for_0():
    values = np.concatenate([np.zeros(80), np.linspace(0.32, 0.5, 20)])
    table = slices.by_fact(report(values), "fact")
    assert table.slice.tolist()[0] == "0"
    assert table.images.tolist() == [80, 20]
    assert table.slice.tolist()[1] == "0.32 to 0.5"


def test_no_slice_reaches_across_a_wide_gap():
    values = np.concatenate([np.linspace(0.28, 0.42, 10), np.linspace(0.8, 1.1, 90)])
    table = slices.by_fact(report(values), "fact")
    assert table.slice[0] == "0.28 to 0.42"
    assert table.images[0] == 10
    assert table.images[1:].min() >= 20


def test_even_numbers_make_slices_of_equal_size():
    assert slices.by_fact(report(np.arange(100.0)), "fact").images.tolist() == [25] * 4
    assert slices.by_fact(report(np.arange(100.0)), "fact", bins=1).images.tolist() == [100]


@given(st.lists(st.floats(-1e6, 1e6) | st.just(0.0), min_size=1, max_size=80), st.integers(1, 6))
def test_every_image_is_in_one_slice_and_the_names_differ(values, bins):
    table = slices.by_fact(report(np.array(values)), "fact", bins=bins)
    assert table.images.sum() == len(values)
    assert (table.images > 0).all()
    assert table.slice.is_unique


def test_images_of_which_the_fact_is_not_known_are_a_slice():
    table = slices.by_fact(report([0.5, np.nan, None, 0.7]), "fact")
    assert table.set_index("slice").images.to_dict() == {"0.5": 1, "0.7": 1, "unknown": 2}
    numbers = np.append(np.arange(40.0), [np.nan] * 3)
    assert slices.by_fact(report(numbers), "fact").images.tolist() == [10] * 4 + [3]


def test_of_many_groups_the_worst_with_some_images_are_shown():
    groups = np.repeat([f"g{i:02d}" for i in range(20)], 4)
    right = np.ones(80)
    right[[12, 13, 40]] = 0  # two of g03, one of g10
    table = slices.by_fact(report([*groups, "alone"], [*right, 0]), "fact")
    assert table.slice.tolist()[:2] == ["g03", "g10"]
    assert len(table) == slices.WORST
    assert "alone" not in set(table.slice)
    assert table.accuracy.is_monotonic_increasing


def test_what_cannot_be_sliced_is_refused():
    judged = report(np.arange(20.0), name="light")
    with pytest.raises(ValueError, match=r"no fact called 'ligth'.*did you mean 'light'"):
        slices.by_fact(judged, "ligth")
    with pytest.raises(ValueError, match="no 3 images have the same 'id'"):
        slices.by_fact(judged, "id")
    with pytest.raises(ValueError, match="bins must be at least 1"):
        slices.by_fact(judged, "light", bins=0)


@pytest.mark.parametrize("fact", ["light", "blur", "occlusion", "scale", "noise"])
def test_on_critters_the_hard_photos_are_slices_of_their_own(fact):
    critters = datasets.load("critters", n=300, seed=1, size=16)
    hard = {"light": (0.28, 0.42), "blur": (0.02, 0.032), "occlusion": (0.32, 0.5), "scale": (0.25, 0.32)}
    low, high = (hard | {"noise": (0.1, 0.18)})[fact]
    wanted = int(critters.facts[fact].between(low, high).sum())
    table = slices.by_fact(Report(critters, torch.full((300, 3), 1 / 3), "guess"), fact)
    assert table.images.iloc[0 if fact in ("light", "scale") else -1] == wanted
    assert table.images.sum() == 300
