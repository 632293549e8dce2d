"""Classifier: a backbone and a head that take an ImageSet's images as they are, and refuse anything else."""

import pytest
import torch

from course_lib import models, training
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


@pytest.mark.parametrize("name", models.REGISTRY)
def test_features_are_what_the_head_turns_into_the_prediction(name):
    data = images(n=9)
    model = models.build(name, data).train()
    features = models.features(model, data.images, batch_size=4)
    assert not features.requires_grad and model.training
    assert torch.allclose(model.head(features), models.predict(model, data.images), atol=1e-5)
    assert models.features(model, data.images[:0]).shape == (0, model.head.in_features)


def test_dropout_acts_on_the_features_while_training_and_only_then():
    data = images()
    plain, dropping = models.build("small_cnn", data), models.build("small_cnn", data, dropout=0.5)
    assert plain.state_dict().keys() == dropping.state_dict().keys()
    assert torch.equal(plain.eval()(data.images), dropping.eval()(data.images))
    seen = []
    dropping.head.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    dropping.train()(data.images)
    assert 0.3 < float((seen[0] == 0).float().mean()) < 0.9
    with pytest.raises(ValueError, match="dropout must be from 0 to below 1; got 1"):
        models.build("small_cnn", data, dropout=1)


def test_a_classifier_is_assembled_again_from_its_spec():
    model = models.build("resnet:8", images(), dropout=0.25)
    again = models.assemble(**model.spec)
    assert again.spec == model.spec
    again.load_state_dict(model.state_dict())
    assert torch.equal(again.eval()(images().images), model.eval()(images().images))
    old = {"name": "linear", "classes": ("a", "b"), "shape": (1, 8, 8)}  # as runs were saved before dropout
    assert models.assemble(**old).spec == old | {"dropout": 0.0}


def test_frozen_nothing_of_the_backbone_changes_while_training_and_the_head_does():
    data = images()
    model = models.build("small_cnn", data)
    assert not model.frozen
    assert model.freeze() is model
    assert model.frozen and model.parameter_count == sum(p.numel() for p in model.head.parameters())
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    run = training.fit(model, data, data, epochs=2)
    for name, tensor in run.last.items():
        assert torch.equal(tensor, before[name]) == (not name.startswith("head")), name
    assert not model.train().backbone.training
    assert model.head.training


def test_frozen_with_images_batchnorm_knows_these_images_and_nothing_before_them():
    data = images(n=32)
    model = models.build("resnet:8", data).eval()
    model.features(data.images)
    with torch.no_grad():
        model.train().features(255 - data.images)  # an earlier life
        wanted = model.features(data.images)  # in train mode the batch normalises itself
    assert model.freeze(data.images) is model and model.frozen and not model.backbone.training
    assert all(layer.momentum == 0.1 for layer in model.modules() if isinstance(layer, torch.nn.BatchNorm2d))
    assert torch.allclose(models.features(model, data.images), wanted, atol=0.02 * float(wanted.abs().max()))


def test_a_network_without_weights_in_its_backbone_counts_as_not_frozen():
    assert not models.build("linear", images()).freeze().frozen
