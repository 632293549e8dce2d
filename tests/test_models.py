"""Classifier: a backbone and a head that take an ImageSet's images as they are, and refuse anything else."""

import pytest
import torch

from course_lib import models
from course_lib.imageset import ImageSet


def images(shape=(3, 16, 16), n: int = 8) -> ImageSet:
    pixels = torch.randint(0, 256, (n, *shape), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    return ImageSet(pixels, torch.arange(n) % 3, ("cat", "dog", "panda"))


@pytest.mark.parametrize("name", models.REGISTRY)
@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 32, 32), (3, 40, 64)])
def test_backbone_and_head_together_are_the_classifier(name, shape):
    data = images(shape)
    model = models.build(name, data).eval()
    features = model.features(data.images)
    assert features.ndim == 2
    assert features.dtype == torch.float32
    assert torch.equal(model(data.images), model.head(features))
    assert model(data.images).shape == (8, 3)


def test_normalised_images_have_mean_0_and_spread_1_per_channel():
    data = images(n=64)
    pixels = models.build("linear", data).normalise(data.images)
    assert torch.allclose(pixels.mean((0, 2, 3)), torch.zeros(3), atol=1e-4)
    assert torch.allclose(pixels.std((0, 2, 3)), torch.ones(3), atol=1e-3)


def test_normalisation_travels_with_the_weights():
    bright, dark = images(), images()
    model = models.build("linear", bright)
    other = models.build("linear", ImageSet(dark.images // 4, dark.labels, dark.classes), seed=1)
    other.load_state_dict(model.state_dict())
    assert torch.equal(other(bright.images), model(bright.images))


@pytest.mark.parametrize(
    "wrong",
    [
        torch.zeros(2, 3, 16, 16),
        torch.zeros(2, 1, 16, 16, dtype=torch.uint8),
        torch.zeros(3, 16, 16, dtype=torch.uint8),
    ],
    ids=["float", "one channel", "no batch"],
)
def test_anything_but_the_images_it_was_built_for_is_refused(wrong):
    with pytest.raises(ValueError, match=r"takes uint8 \[N, 3, 16, 16\] in 0…255; got"):
        models.build("linear", images())(wrong)


def test_same_seed_same_weights_and_the_callers_random_state_is_untouched():
    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    first, again, other = (models.build("small_cnn", images(), seed=s) for s in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert not torch.equal(first.head.weight, other.head.weight)


def test_an_unknown_network_lists_the_names_and_suggests_the_nearest():
    with pytest.raises(ValueError, match=r"no network called 'smal_cnn', only .*: did you mean 'small_cnn'"):
        models.build("smal_cnn", images())
    with pytest.raises(ValueError, match="empty ImageSet"):
        models.build("linear", images()[[]])


def test_predict_does_not_depend_on_the_batch_size_and_leaves_the_mode_alone():
    data = images(n=9)
    model = models.build("small_cnn", data).train()
    whole, pieces = models.predict(model, data.images), models.predict(model, data.images, batch_size=4)
    assert torch.allclose(whole, pieces, atol=1e-5)
    assert model.training
    assert models.predict(model, data.images[:0]).shape == (0, 3)
