"""Grad-CAM: its numbers, against a closed form and against captum; any network, and the model left as it was."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib import architectures, datasets, gradcam, models
from course_lib.datasets import critters
from course_lib.imageset import ImageSet
from course_lib.models import Classifier

SPATIAL = [name for name in architectures.REGISTRY if name != "linear"] + ["torchvision:resnet18"]
CLASSES = ("cat", "dog", "panda")


def pictures(n: int = 5, size: int = 64, channels: int = 3) -> ImageSet:
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (n, channels, size, size), dtype=torch.uint8, generator=generator)
    return ImageSet(images, torch.arange(n) % 3, CLASSES)


def network(name: str, images: ImageSet) -> Classifier:
    """With its BatchNorms awake, so that maps differ from place to place."""
    model = models.build(name, images).train()
    with torch.no_grad():
        model(images.images)
    return model.eval()


class OneConvolution(Classifier):
    """Convolution, average, linear: here Grad-CAM is the weighted sum of the maps by the head (Zhou et al. 2016)."""

    def __init__(self) -> None:
        torch.manual_seed(1)
        layers = [nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        super().__init__("one", nn.Sequential(*layers), nn.Linear(6, 3), classes=CLASSES, shape=(1, 8, 8))


def enlarged(hot: torch.Tensor, size: int) -> torch.Tensor:
    hot = F.interpolate(hot[:, None], (size, size), mode="bilinear", align_corners=False)[:, 0]
    return hot / hot.amax((1, 2), keepdim=True)


@pytest.mark.parametrize("label", [0, 1, 2])
def test_where_it_has_a_closed_form_it_is_that(label):
    model, images = OneConvolution().eval(), pictures(4, 8, 1).images
    with torch.no_grad():
        maps = model.backbone[:2](model.normalise(images))
        expected = F.relu(torch.einsum("nkhw,k->nhw", maps, model.head.weight[label]))
    heat = gradcam.heat(model, images, label)
    assert heat.shape == (4, 8, 8) and heat.dtype == torch.float32
    assert torch.allclose(heat, enlarged(expected, 8).nan_to_num(), atol=1e-5)


@pytest.mark.parametrize("name", SPATIAL)
def test_it_is_what_captum_computes_at_the_same_layer(name):
    attr = pytest.importorskip("captum.attr")
    images = pictures(3, 64).images
    model = network(name, pictures(3, 64))
    target = torch.tensor([0, 1, 2])
    layer = gradcam._last_map(model, images[:1])
    # captum's own hooks do not bear what is written in place; the same network without that, and in pixels that float
    twin = copy.deepcopy(model)
    for module in twin.modules():
        if hasattr(module, "inplace"):
            module.inplace = False
    names = {module: path for path, module in model.named_modules()}
    twin.normalise = lambda pixels: (pixels - twin.mean) / twin.std
    theirs = attr.LayerGradCam(twin, twin.get_submodule(names[layer]))
    hot = theirs.attribute(images.float(), target, relu_attributions=True)[:, 0].detach()
    assert torch.allclose(gradcam.heat(model, images, target), enlarged(hot, 64).nan_to_num(), atol=1e-3)


@pytest.mark.parametrize("name", SPATIAL)
@pytest.mark.parametrize(("size", "channels"), [(64, 3), (32, 1)])
def test_every_network_with_maps_has_a_heat_from_0_to_1(name, size, channels):
    images = pictures(4, size, channels)
    heat = gradcam.heat(network(name, images), images.images)
    assert heat.shape == (4, size, size)
    assert (heat >= 0).all() and torch.isfinite(heat).all()
    tops = heat.amax((1, 2))
    assert (torch.isclose(tops, torch.ones(4)) | (tops == 0)).all()


def test_the_predicted_class_is_the_target_that_is_left_out():
    images = pictures()
    model = network("small_cnn", images)
    heat = gradcam.heat(model, images.images)
    assert torch.equal(heat, gradcam.heat(model, images.images, models.predict(model, images.images).argmax(1)))
    assert torch.equal(gradcam.heat(model, images.images, "dog"), gradcam.heat(model, images.images, 1))


@pytest.mark.parametrize("name", ["small_cnn", "torchvision:resnet18"])
def test_a_frozen_backbone_gets_the_same_heat(name):
    images = pictures()
    model = network(name, images)
    heat = gradcam.heat(model, images.images)
    assert torch.allclose(gradcam.heat(model.freeze(), images.images), heat, atol=1e-6)
    with torch.no_grad():
        assert torch.allclose(gradcam.heat(model, images.images), heat, atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_left_as_it_was(training):
    images = pictures()
    model = network("resnet", images).train(training)
    model.head.weight.grad = torch.ones_like(model.head.weight)
    model.backbone[0].weight.requires_grad_(False)
    state = copy.deepcopy(model.state_dict())
    wanted = [p.requires_grad for p in model.parameters()]
    gradcam.heat(model, images.images)
    assert model.training == training and all(module.training == training for module in model.modules())
    assert all(torch.equal(value, model.state_dict()[key]) for key, value in state.items())
    assert [p.requires_grad for p in model.parameters()] == wanted
    assert torch.equal(model.head.weight.grad, torch.ones_like(model.head.weight))
    assert all(p.grad is None for p in model.backbone.parameters())
    assert not any(module._forward_hooks for module in model.modules())


def test_chunks_make_no_difference(monkeypatch):
    images = pictures(7)
    model = network("small_cnn", images)
    whole = gradcam.heat(model, images.images, images.labels)
    monkeypatch.setattr(gradcam, "CHUNK", 3)
    assert torch.allclose(gradcam.heat(model, images.images, images.labels), whole, atol=1e-5)


@pytest.mark.parametrize(("size", "maps"), [(64, 16), (32, 8), (8, 8)])
def test_small_cnn_is_looked_at_before_its_last_pooling(size, maps):
    images = pictures(1, size)
    model = models.build("small_cnn", images).eval()
    layer = gradcam._last_map(model, images.images)
    sizes = []
    hook = layer.register_forward_hook(lambda _, __, output: sizes.append(tuple(output.shape)))
    models.predict(model, images.images)
    hook.remove()
    assert sizes == [(1, 64, maps, maps)]
    assert isinstance(layer, nn.ReLU)


def test_heat_falls_on_what_alone_tells_the_class():
    """Two classes that differ by a bright spot: a trained network must be hot there."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 60, (64, 1, 32, 32), dtype=torch.uint8, generator=generator)
    corners = torch.randint(2, 22, (64, 2), generator=generator).tolist()
    labels = torch.arange(64) % 2
    for image, label, (y, x) in zip(images, labels.tolist(), corners, strict=True):
        if label:
            image[:, y : y + 8, x : x + 8] = 255
    model = models.build("small_cnn", ImageSet(images, labels, ("nothing", "spot"))).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(40):
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()
    spots = images[labels == 1]
    x, y = (torch.tensor([c[i] for c, label in zip(corners, labels, strict=True) if label]) + 4 for i in (1, 0))
    inside = gradcam.share_inside(gradcam.heat(model, spots, "spot"), x, y, torch.full((32,), 8))
    assert inside.mean() > 0.5  # its circle is a fifth of the image


def test_the_share_inside_a_circle_is_counted_at_pixel_centres():
    heat = torch.ones(3, 4, 4)
    heat[2] = 0
    share = gradcam.share_inside(heat, [2, 0.5, 2], [2, 0.5, 2], [1, 1, 1])
    assert share[:2].tolist() == pytest.approx([4 / 16, 3 / 16])
    assert share[2].isnan()


def test_the_share_takes_the_face_box_of_critters():
    images = datasets.load("critters", n=6, size=32)
    box = critters.face_box(images.facts, 32)
    share = gradcam.share_inside(torch.ones(6, 32, 32), box.x, box.y, box.radius)
    assert share.numpy() == pytest.approx(torch.pi * box.radius.to_numpy() ** 2 / 32**2, abs=0.02)


def test_no_image_has_no_heat():
    images = pictures()
    assert gradcam.heat(models.build("small_cnn", images), images.images[:0]).shape == (0, 64, 64)


def test_what_cannot_be_is_refused():
    images = pictures()
    model = models.build("small_cnn", images)
    with pytest.raises(ValueError, match="linear keeps no map of the image"):
        gradcam.heat(models.build("linear", images), images.images)
    with pytest.raises(ValueError, match="give it the `images` of an ImageSet"):
        gradcam.heat(model, images)
    with pytest.raises(ValueError, match="no class called 'dgo'"):
        gradcam.heat(model, images.images, "dgo")
    with pytest.raises(ValueError, match="a class is a number from 0 to 2"):
        gradcam.heat(model, images.images, 3)
    with pytest.raises(ValueError, match=r"target must be one class, or int64 \[5\]"):
        gradcam.heat(model, images.images, torch.tensor([0, 1]))
