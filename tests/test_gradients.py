"""gradients: the norm by layer in the order the images pass, and nothing of the model changes."""

import pytest
import torch
import torch.nn.functional as F

from course_lib import gradients, models
from course_lib.imageset import ImageSet


def batch(n: int = 16) -> ImageSet:
    pixels = torch.randint(0, 256, (n, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    return ImageSet(pixels, torch.arange(n) % 2, ("even", "odd"))


def test_it_is_the_gradient_that_training_would_use():
    data = batch()
    model = models.build("resnet:8", data)
    table = gradients.by_layer(model, data.images, data.labels)
    F.cross_entropy(model.train()(data.images), data.labels).backward()
    for row in table.itertuples():
        weight = model.get_submodule(row.layer).weight
        assert row.gradient == pytest.approx(float(weight.grad.norm()), rel=1e-4)
        assert row.weights == pytest.approx(float(weight.detach().norm()), rel=1e-5)


def test_a_row_per_layer_in_the_order_in_which_images_pass():
    data = batch()
    table = gradients.by_layer(models.build("plain_deep:14", data), data.images, data.labels)
    assert table.depth.tolist() == list(range(1, 15))
    assert table.kind.tolist() == ["Conv2d"] * 13 + ["Linear"]
    assert table.layer.iloc[0] == "backbone.0" and table.layer.iloc[-1] == "head"
    assert (table.gradient > 0).all()


@pytest.mark.parametrize("frozen", [False, True])
def test_the_model_is_left_as_it_was(frozen):
    data = batch()
    model = models.build("small_cnn", data).eval()
    model = model.freeze() if frozen else model
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    gradients.by_layer(model, data.images, data.labels)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert not model.training and model.frozen == frozen
    assert all(weight.grad is None for weight in model.parameters())


def test_in_a_plain_network_the_gradient_changes_from_layer_to_layer_and_paths_keep_it_level():
    data = batch(32)
    spread = {}
    for name in ("plain_deep:32", "resnet:32"):
        inner = gradients.by_layer(models.build(name, data), data.images, data.labels).gradient[:-1]
        spread[name] = inner.max() / inner.min()
    assert spread["plain_deep:32"] > 3 * spread["resnet:32"]


def test_a_batch_too_small_to_normalise_itself_is_refused():
    data = batch()
    with pytest.raises(ValueError, match="at least two images with a label each; got 1 images and 1 labels"):
        gradients.by_layer(models.build("linear", data), data.images[:1], data.labels[:1])
