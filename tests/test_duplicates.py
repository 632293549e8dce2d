"""duplicates: copies are found however they were changed; pictures that only look alike are left alone."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from course_lib import duplicates
from course_lib.datasets import digits

sys.path.insert(0, str(Path(__file__).parents[1]))  # benchmarks/ is beside the library, not installed with it
audit = importlib.import_module("benchmarks.audit")


@pytest.fixture(scope="module")
def photos() -> Tensor:
    """uint8 [300, 3, 32, 32]: colour noise with the spectrum of a photo, each unlike the others."""
    return audit.natural(300)


def pairs(table) -> set[tuple[int, int]]:
    return set(zip(table.left, table.right, strict=True))


def test_same_bytes_are_exact_and_the_first_few_pairs_of_each_image_are_reported(photos: Tensor) -> None:
    table = duplicates.find(photos[[0, 1, 0, 0, 0, 0, 0]], photos[[5, 0, 0]])
    assert pairs(table) == {(left, right) for left in (0, 2, 3, 4) for right in (1, 2)}
    assert set(table.kind) == {"exact"}
    assert (table.similarity == 1.0).all()
    assert not table.mirrored.any()


@pytest.mark.parametrize("kind", audit.KINDS)
def test_a_changed_copy_is_found_and_told_whether_it_is_mirrored(photos: Tensor, kind: str) -> None:
    copies = audit.plant(photos[100:200], kind, seed=3)
    table = duplicates.find(photos, copies)
    right_ones = table[table.left == table.right + 100]
    assert len(right_ones) >= 95
    assert len(table) == len(right_ones)
    assert (right_ones[right_ones.kind == "near"].mirrored == ("mirror" in kind)).all()


def test_a_copy_that_was_changed_is_near_and_not_exact(photos: Tensor) -> None:
    table = duplicates.find(photos, audit.plant(photos[:20], "jpeg", seed=3))
    assert set(table.kind) == {"near"}
    assert table.similarity.between(duplicates.MIN_SIMILARITY, 1).all()


def test_unrelated_images_are_not_paired(photos: Tensor) -> None:
    assert duplicates.find(photos[:150], photos[150:]).empty


def test_a_crop_larger_than_promised_is_another_picture(photos: Tensor) -> None:
    middle = torch.nn.functional.interpolate(photos[..., 6:-6, 6:-6].float(), (32, 32), mode="bilinear").byte()
    assert duplicates.find(photos, middle).empty


def test_another_colour_is_another_picture(photos: Tensor) -> None:
    assert duplicates.find(photos, photos.flip(1)).empty


@pytest.mark.parametrize("channels", [1, 3])
def test_flat_images_match_only_their_own_bytes(photos: Tensor, channels: int) -> None:
    shades = torch.tensor([0, 1, 128, 255], dtype=torch.uint8).view(4, 1, 1, 1).expand(4, channels, 32, 32)
    images = torch.cat([shades, photos[:20, :channels]])
    table = duplicates.find(images, images)
    assert pairs(table) == {(i, i) for i in range(24)}


def test_swapping_the_sides_swaps_the_columns(photos: Tensor) -> None:
    copies = audit.plant(photos[:60], "crop+jpeg", seed=4)
    there, back = duplicates.find(photos, copies), duplicates.find(copies, photos)
    assert len(there) > 50
    assert pairs(there) == {(left, right) for right, left in pairs(back)}


def test_near_pairs_per_right_image_are_few(photos: Tensor) -> None:
    family = torch.cat([audit.plant(photos[:1], "jpeg+brightness", seed) for seed in range(10)])
    table = duplicates.find(torch.cat([family, photos]), audit.plant(photos[:1], "jpeg", seed=20))
    assert len(table) == duplicates.MATCHES
    assert table.similarity.is_monotonic_decreasing


def test_described_once_gives_what_find_gives(photos: Tensor) -> None:
    copies = audit.plant(photos[:30], "brightness", seed=5)
    described = duplicates.describe(photos), duplicates.describe(copies)
    assert duplicates.match(*described).equals(duplicates.find(photos, copies))


@pytest.mark.parametrize(("left", "right"), [(0, 5), (5, 0), (0, 0)])
def test_an_empty_part_gives_an_empty_table(photos: Tensor, left: int, right: int) -> None:
    table = duplicates.find(photos[:left], photos[:right])
    assert table.empty
    assert list(table) == ["left", "right", "kind", "similarity", "mirrored"]


def test_images_of_two_shapes_are_refused(photos: Tensor) -> None:
    with pytest.raises(ValueError, match=r"one shape.*\(3, 32, 32\) and \(3, 16, 32\)"):
        duplicates.find(photos, photos[:, :, ::2])


@pytest.mark.parametrize("wrong", [torch.rand(4, 3, 8, 8), torch.zeros(4, 8, 8).byte(), [[1, 2]]])
def test_what_is_no_batch_of_images_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="uint8"):
        duplicates.describe(wrong)


def test_handwritten_digits_that_look_alike_are_hardly_ever_paired() -> None:
    images = digits.make().images
    left, right = images[:1000], images[1000:]
    assert duplicates.find(left, right).right.nunique() <= 0.01 * len(right)
    copies = duplicates.find(left, audit.plant(left[:200], "crop", seed=6))
    assert (copies.left == copies.right).sum() >= 0.95 * 200


def test_copies_of_real_photos_are_found(shared_data: Path) -> None:
    folder = shared_data / "cifar10_jpg/test"
    left, right = (audit.photos(str(folder / name), "jpg", 32) for name in ("cat", "dog"))
    copies = duplicates.find(left, audit.plant(left, "crop+jpeg", seed=7))
    assert (copies.left == copies.right).sum() >= 0.95 * len(left)
    assert duplicates.find(left, right).right.nunique() <= 0.01 * len(right)
