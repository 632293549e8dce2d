"""transforms: with the same parameters they do what torchvision does, to each image what its own parameters say."""

import pytest
import torch
import torchvision.transforms.v2.functional as TV
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torchvision.transforms import InterpolationMode, v2

from course_lib import datasets, transforms
from course_lib.transforms import OPERATIONS
from course_lib.transforms.colour import noise_field
from course_lib.transforms.geometry import corner_colour

N = 6
IMAGES = {
    "digits": datasets.load("digits").images[:N],
    "critters": datasets.load("critters", n=N, size=32, seed=4).images,
}
LINEAR = InterpolationMode.BILINEAR
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
named = pytest.mark.parametrize("name", IMAGES)
shares = st.lists(st.floats(0, 1), min_size=N, max_size=N).map(torch.tensor)
few = settings(max_examples=12)


def one_by_one(images: Tensor, change, *parameters: Tensor) -> Tensor:
    """`change(image, its parameters)` for each image, as torchvision does it."""
    rows = zip(images, *(p.tolist() for p in parameters), strict=True)
    return torch.stack([change(*row) for row in rows])


def assert_alike(ours: Tensor, theirs: Tensor) -> None:
    assert ours.dtype == torch.uint8 and ours.shape == theirs.shape
    difference = (ours.cpu().float() - theirs.float()).abs().mean((1, 2, 3))
    assert difference.max() <= 2, "mean absolute difference of an image, in 1/255"


def box(share: Tensor, other: Tensor, side: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """top, left, height, width in whole pixels of a box inside the image."""
    height, width = 1 + (share * (side - 1)).long(), 1 + (other * (side - 1)).long()
    return ((side - height) * other).long(), ((side - width) * share).long(), height, width


def sides(images: Tensor) -> int:
    return images.shape[-1]


# Each: how to draw parameters from two rows of numbers in 0…1, and what torchvision makes of one image with them.
SAME = {
    "hflip": (lambda u, w, s: (u < 0.5,), lambda x, f: TV.hflip(x) if f else x),
    "vflip": (lambda u, w, s: (u < 0.5,), lambda x, f: TV.vflip(x) if f else x),
    "shift": (
        lambda u, w, s: (((u - 0.5) * 2 * s).round(), ((w - 0.5) * 2 * s).round()),
        lambda x, right, down: TV.affine(x, 0, [right, down], 1, [0, 0]),
    ),
    "crop_resize": (box, lambda x, *where: TV.resized_crop(x, *where, list(x.shape[1:]))),
    "rotate": (lambda u, w, s: (360 * (u - 0.5),), lambda x, a: TV.rotate(x, a, LINEAR)),
    "scale": (lambda u, w, s: (0.5 + 1.5 * u,), lambda x, f: TV.affine(x, 0, [0, 0], f, [0, 0], LINEAR)),
    "brightness": (lambda u, w, s: (2 * u,), TV.adjust_brightness),
    "contrast": (lambda u, w, s: (2 * u,), TV.adjust_contrast),
    "saturation": (lambda u, w, s: (2 * u,), TV.adjust_saturation),
    "hue": (lambda u, w, s: (u - 0.5,), TV.adjust_hue),
    "grayscale": (lambda u, w, s: (u < 0.5,), lambda x, f: TV.rgb_to_grayscale(x, len(x)) if f else x),
    "cutout": (
        lambda u, w, s: ((u * s).floor(), (w * s).floor(), (w * s).round(), (u * s).round()),
        lambda x, *where: TV.erase(x, *map(int, where), torch.zeros(1, dtype=torch.uint8)),
    ),
}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("operation", SAME)
@named
@few
@given(u=shares, w=shares)
def test_it_agrees_with_torchvision_when_given_the_same_parameters(name, operation, device, u, w):
    images, (drawn, theirs) = IMAGES[name], SAME[operation]
    parameters = drawn(u, w, sides(images))
    ours = getattr(transforms, operation)(images.to(device), *(p.to(device) for p in parameters))
    assert_alike(ours, one_by_one(images, theirs, *parameters))


@named
@few
@given(u=shares)
def test_blur_agrees_with_torchvision(name, u):
    images, radius = IMAGES[name], 3
    sigma = 0.1 + u * 2
    theirs = one_by_one(images, lambda x, s: TV.gaussian_blur(x, 2 * radius + 1, s), sigma)
    assert_alike(transforms.blur(images, sigma, radius), theirs)


@named
def test_noise_agrees_with_torchvision_when_given_the_same_noise(name, monkeypatch):
    images, sigma, start = IMAGES[name], torch.linspace(0, 0.3, N), torch.arange(N) * 1000
    fields = iter(noise_field(tuple(images.shape), start))
    monkeypatch.setattr(torch, "randn_like", lambda x: next(fields))
    theirs = one_by_one(images / 255, lambda x, s: TV.gaussian_noise(x, 0, s), sigma)
    assert_alike(transforms.noise(images, sigma, start), theirs * 255)


def test_noise_is_normal_and_differs_from_image_to_image():
    field = noise_field((50, 3, 32, 32), torch.arange(50) * 1300)
    assert abs(float(field.mean())) < 0.02 and abs(float(field.std()) - 1) < 0.02
    alike = torch.corrcoef(field.flatten(1)) - torch.eye(50)
    assert alike.abs().max() < 0.15


@given(share=st.floats(0, 1))
@few
def test_mixup_agrees_with_torchvision_in_images_and_labels(share):
    images, labels = IMAGES["critters"], torch.arange(N) % 3
    params = {"labels": labels, "batch_size": N, "lam": 1 - share}
    mix = v2.MixUp(num_classes=3)
    changed, targets = transforms.mixup(images, torch.eye(3)[labels], torch.full((N,), share))
    assert_alike(changed, mix.transform(images / 255, params) * 255)
    assert torch.allclose(targets, mix.transform(labels, params), atol=1e-6)


@given(u=st.floats(0, 1), w=st.floats(0, 1))
@few
def test_cutmix_agrees_with_torchvision_in_images_and_labels(u, w):
    images, labels = IMAGES["critters"], torch.arange(N) % 3
    top, left, height, width = box(torch.full((N,), u), torch.full((N,), w), 32)
    own = float(1 - height[0] * width[0] / 32**2)
    corners = int(left[0]), int(top[0]), int(left[0] + width[0]), int(top[0] + height[0])
    params = {"labels": labels, "batch_size": N, "box": corners, "lam_adjusted": own}
    mix = v2.CutMix(num_classes=3)
    changed, targets = transforms.cutmix(images, torch.eye(3)[labels], top, left, height, width)
    assert torch.equal(changed, mix.transform(images, params))
    assert torch.allclose(targets, mix.transform(labels, params), atol=1e-6)


def test_each_image_is_changed_as_if_it_were_alone_by_every_operation_that_does_not_mix():
    images = IMAGES["critters"]
    for name, operation in OPERATIONS.items():
        if not operation.mixes:
            drawn = torch.rand(N, operation.columns, generator=torch.Generator().manual_seed(1)) * 2 - 1
            together = operation.change(images, drawn, 0.6)
            alone = [operation.change(images[i : i + 1], drawn[i : i + 1], 0.6) for i in range(N)]
            difference = (together.int() - torch.cat(alone).int()).abs()
            assert difference.max() <= 1, name  # a sum in another order may round the other way
            assert len({tuple(image.flatten().tolist()) for image in together}) == N


@given(data=st.data())
@few
def test_moving_whole_pixels_changes_none_of_them(data):
    images = torch.randint(0, 256, (3, 3, data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))))
    images = images.to(torch.uint8)
    which = torch.tensor([True, False, True])
    for flip in (transforms.hflip, transforms.vflip):
        assert torch.equal(flip(flip(images, which), which), images)
    right = torch.tensor(data.draw(st.lists(st.integers(-9, 9), min_size=3, max_size=3)))
    moved = transforms.shift(images, right, right * 0, fill=torch.full((3, 3), 7, dtype=torch.uint8))
    for image, result, by in zip(images, moved, right.tolist(), strict=True):
        width = image.shape[2]
        expected = torch.full_like(image, 7)
        if abs(by) < width:
            expected[..., max(0, by) : width + min(0, by)] = image[..., max(0, -by) : width - max(0, by)]
        assert torch.equal(result, expected)


def test_a_grey_image_has_no_colour_to_change():
    images, half = IMAGES["digits"], torch.full((N,), 0.5)
    assert torch.equal(transforms.saturation(images, half), images)
    assert torch.equal(transforms.hue(images, half), images)
    assert torch.equal(transforms.grayscale(images, half > 0), images)


def test_what_comes_in_from_outside_has_the_colour_of_the_corners():
    images = torch.full((2, 3, 8, 8), 90, dtype=torch.uint8)
    images[:, :, 2:6, 2:6] = 200
    assert corner_colour(images).tolist() == [[90] * 3] * 2
    turned = transforms.rotate(images, torch.tensor([45.0, 30.0]), corner_colour(images))
    assert torch.equal(turned[:, :, 0], images[:, :, 0])


@pytest.mark.parametrize(
    "images", [torch.zeros(2, 3, 8, 8), torch.zeros(3, 8, 8, dtype=torch.uint8), torch.zeros(2, 2, 8, 8).byte(), "x"]
)
def test_what_is_no_batch_of_images_is_refused_in_one_sentence(images):
    with pytest.raises(ValueError, match=r"takes images uint8 \[N, C, H, W\].*; got .*: give it"):
        transforms.brightness(images, torch.ones(2))


def test_mixing_class_numbers_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match=r"targets as float \[N, K\].*got torch.int64 \[6\]: use .*one_hot"):
        transforms.mixup(IMAGES["digits"], torch.zeros(N, dtype=torch.long), torch.zeros(N))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_what_it_is(name):
    operation = OPERATIONS[name]
    assert operation.kind in ("geometric", "colour", "mixed")
    assert operation.unit and 1 <= operation.magnitudes <= operation.columns
    assert operation.function.__name__ == name
