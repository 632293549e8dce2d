"""ImageSet: indexing gives an ImageSet, and what does not fit together is refused by name."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.imageset import ImageSet, to_png


def small(n: int = 6, channels: int = 1) -> ImageSet:
    images = torch.arange(n * channels * 16, dtype=torch.uint8).reshape(n, channels, 4, 4)
    facts = pd.DataFrame({"id": [f"i{i}" for i in range(n)], "group": "g", "source": "made", "light": np.arange(n)})
    return ImageSet(images, torch.arange(n) % 2, ("cat", "dog"), facts, name="small")


def ids(images: ImageSet) -> list[str]:
    return images.facts["id"].tolist()


def test_every_kind_of_index_gives_an_imageset_whose_parts_belong_together():
    images = small()
    mask = images.labels == 1
    for index in (slice(1, 5, 2), slice(None, None, -1), mask, mask.numpy(), mask.tolist(), [3, 0], -1, 2):
        part = images[index]
        assert isinstance(part, ImageSet)
        rows = [int(i[1:]) for i in ids(part)]
        assert torch.equal(part.images, images.images[rows])
        assert torch.equal(part.labels, images.labels[rows])
    assert ids(images[[3, 0]]) == ["i3", "i0"]
    assert ids(images[-1]) == ["i5"]
    assert len(images[[]]) == 0


@given(st.lists(st.integers(-6, 5), max_size=8))
def test_a_list_of_numbers_picks_what_python_would(rows):
    assert ids(small()[rows]) == [f"i{i}" for i in np.arange(6)[rows]] if rows else len(small()[rows]) == 0


def test_facts_are_made_up_when_left_out_and_every_image_is_then_its_own_group():
    images = ImageSet(small().images, small().labels, ("cat", "dog"), name="mine")
    assert ids(images)[0] == "mine-00000"
    assert images.facts["group"].is_unique
    assert set(images.facts["source"]) == {"mine"}


def test_counts_include_a_class_without_images():
    images = ImageSet(small().images, torch.zeros(6, dtype=torch.int64), ("cat", "dog"))
    assert images.counts().to_dict() == {"cat": 6, "dog": 0}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"images": torch.zeros(6, 1, 4, 4)}, r"images must be .*uint8.*got torch.float32"),
        ({"images": torch.zeros(6, 4, 4, dtype=torch.uint8)}, r"images must be .*got shape \[6, 4, 4\]"),
        ({"images": torch.zeros(6, 2, 4, 4, dtype=torch.uint8)}, r"images must be .*got shape \[6, 2, 4, 4\]"),
        ({"images": np.zeros((6, 1, 4, 4), dtype=np.uint8)}, r"images must be .*got ndarray"),
        ({"labels": torch.arange(6)}, r"labels must be .*0 to 1; got 0 to 5"),
        ({"labels": torch.tensor([0, 1, 0, 1, 0, -1])}, r"labels must be .*got -1 to 1"),
        ({"labels": torch.zeros(5, dtype=torch.int64)}, r"labels must be .*\[6\].*got torch.int64 \[5\]"),
        ({"labels": torch.zeros(6)}, r"labels must be .*got torch.float32"),
        ({"labels": [0] * 6}, r"labels must be .*got list"),
        ({"classes": ("cat", "cat")}, r"classes must be .*'cat' more than once"),
        ({"classes": "ab"}, r"classes must be .*got 'ab'"),
        ({"classes": ()}, r"classes must be"),
        ({"classes": ("cat", 7)}, r"classes must be .*got 7"),
        ({"facts": small().facts.head(5)}, r"facts must be .*6 rows.*got 5 rows"),
        ({"facts": small().facts.drop(columns="group")}, r"facts must be .*got none called group"),
        ({"facts": small().facts.assign(group=[None, *"abcde"])}, r"facts must be .*got 1 rows without a group"),
        ({"facts": {"id": []}}, r"facts must be .*got dict"),
    ],
)
def test_what_does_not_fit_is_refused_naming_the_field_what_was_got_and_what_is_wanted(change, says):
    good = small()
    fields = {"images": good.images, "labels": good.labels, "classes": good.classes, "facts": good.facts}
    with pytest.raises(ValueError, match=says):
        ImageSet(**(fields | change))


def test_an_index_that_does_not_fit_is_refused():
    with pytest.raises(IndexError, match="6 images, numbered 0 to 5; got 6"):
        small()[6]
    with pytest.raises(ValueError, match=r"mask needs one True or False per image, \[6\]; got shape \[3\]"):
        small()[[True, False, True]]
    with pytest.raises(ValueError, match="whole numbers"):
        small()[[0.5]]


def test_it_iterates_over_images_and_stops():
    assert [ids(image) for image in small()] == [[f"i{i}"] for i in range(6)]


def test_a_memory_mapped_set_stays_on_disk_when_sliced(tmp_path):
    file = np.lib.format.open_memmap(tmp_path / "x.npy", mode="w+", dtype=np.uint8, shape=(6, 1, 4, 4))
    images = ImageSet(torch.from_numpy(file), torch.zeros(6, dtype=torch.int64), ("a",))
    file[4] = 9
    assert images[3:5].images[1].unique().tolist() == [9]


@pytest.mark.parametrize("channels", [1, 3])
def test_in_a_notebook_it_shows_a_captioned_thumbnail_for_each_image_and_escapes_names(channels):
    good = small(channels=channels)
    html = ImageSet(good.images, good.labels, ("<b>cat", "dog"))._repr_html_()
    assert html.count("<img alt=") == html.count("<figcaption>") == 6
    assert "<b>cat" not in html
    assert "&lt;b&gt;cat" in html
    assert to_png(good.images[0]).startswith(b"\x89PNG")
