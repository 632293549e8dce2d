"""architectures: every backbone has its width, deep ones differ by their paths alone, bad names are told."""

import pytest
import torch
import torchvision
from torch import nn

from course_lib import architectures
from course_lib.architectures import PlainBlock, ResidualBlock, headless, make

OWN = list(architectures.REGISTRY)
FAMILIES = [
    *("alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "inception_v3", "maxvit_t"),
    *("mnasnet0_5", "mobilenet_v2", "regnet_y_400mf", "resnet18", "shufflenet_v2_x0_5", "squeezenet1_0", "swin_t"),
    *("vgg11", "vit_b_16"),
]
INITIALISED = {name: {"init_weights": False} for name in ("googlenet", "inception_v3")}


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", [*OWN, "resnet:8", "plain_deep:32"])
@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 13, 9), (1, 28, 28), (3, 32, 32), (3, 64, 64)])
def test_every_network_hands_d_features_of_each_image_to_the_head(name, shape):
    backbone, width = make(name, shape)
    features = backbone(noise(2, *shape))
    assert features.shape == (2, width)
    assert features.isfinite().all()
    weights = list(backbone.parameters())
    reached = torch.autograd.grad(features.sum(), weights) if weights else []
    assert len(reached) == len(weights)  # grad raises for a weight that has no part in the features


@pytest.mark.parametrize("name", OWN)
def test_an_image_has_the_same_features_whoever_is_in_its_batch(name):
    backbone = make(name, (3, 16, 16))[0].eval()
    images = noise(4, 3, 16, 16)
    assert torch.allclose(backbone(images)[:1], backbone(images[:1]), atol=1e-4)


@pytest.mark.parametrize("depth", [8, 20, 32])
def test_plain_and_residual_of_one_depth_have_the_same_weights(depth):
    networks = []
    for name in ("plain_deep", "resnet"):
        torch.manual_seed(0)
        networks.append(make(f"{name}:{depth}", (1, 8, 8))[0])
    plain, residual = (network.state_dict() for network in networks)
    assert plain.keys() == residual.keys()
    assert all(torch.equal(plain[key], residual[key]) for key in plain)
    assert not torch.allclose(networks[0](noise(4, 1, 8, 8)), networks[1](noise(4, 1, 8, 8)))


@pytest.mark.parametrize(("channels", "wider", "stride"), [(4, 4, 1), (4, 8, 2)])
def test_without_its_correction_a_residual_block_hands_on_the_input_and_a_plain_one_nothing(channels, wider, stride):
    images = noise(2, channels, 6, 6).relu()
    for block in (PlainBlock(channels, wider, stride), ResidualBlock(channels, wider, stride)):
        nn.init.zeros_(block.change[-1].weight)
        result = block.eval()(images)
        assert result.shape == (2, wider, 6 // stride, 6 // stride)
        kept = images[:, :, ::stride, ::stride] if isinstance(block, ResidualBlock) else 0
        assert torch.equal(result[:, :channels], kept * torch.ones_like(result[:, :channels]))
        assert not result[:, channels:].any()


@pytest.mark.parametrize("depth", [8, 14, 20, 56])
def test_depth_counts_the_convolutions_and_the_head(depth):
    backbone, _ = make(f"resnet:{depth}", (3, 32, 32))
    assert sum(isinstance(layer, nn.Conv2d) for layer in backbone.modules()) + 1 == depth


@pytest.mark.parametrize(("depth", "near"), [(0, 8), (2, 8), (7, 8), (21, 20), (23, 26), (100, 98)])
def test_a_depth_that_cannot_be_is_refused_with_the_nearest(depth, near):
    with pytest.raises(ValueError, match=rf"6·n \+ 2 .*; got {depth}: the nearest is {near}$"):
        make(f"plain_deep:{depth}", (1, 8, 8))
    make(f"plain_deep:{near}", (1, 8, 8))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("reznet", "no network called 'reznet', only linear, .*torchvision: did you mean 'resnet'"),
        ("reznet:20", "no network called 'reznet'"),
        ("vgg:16", "vgg comes in one depth only; got 'vgg:16': write 'vgg'"),
        ("resnet:deep", "a depth is a whole number; got 'resnet:deep'"),
        ("resnet:", "a depth is a whole number; got 'resnet:'"),
        ("resnet:-20", "a depth is a whole number"),
        ("torchvision:resnet19", "torchvision has no classifier called 'resnet19': the nearest are .*resnet18"),
        ("torchvision", "torchvision has no classifier called ''"),
        ("torchvision:fcn_resnet50", "torchvision has no classifier called 'fcn_resnet50'"),
    ],
)
def test_a_name_that_is_no_network_is_told_in_one_sentence(name, message):
    with pytest.raises(ValueError, match=message) as problem:
        make(name, (3, 32, 32))
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 32, 40)])
@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "squeezenet1_1", "shufflenet_v2_x0_5"])
def test_a_torchvision_network_gives_features_of_colour_and_grey_images(name, shape):
    backbone, width = make(f"torchvision:{name}", shape)
    assert backbone(noise(2, *shape)).shape == (2, width)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_network_of_every_torchvision_family_loses_its_last_layer_and_nothing_else(name):
    size = 299 if name == "inception_v3" else 224
    # "meta" tensors have no numbers; two families compute with them while they are built
    with torch.device("cpu" if name in ("regnet_y_400mf", "maxvit_t") else "meta"):
        network = torchvision.models.get_model(name, **INITIALISED.get(name, {}))
    whole = {key: value.shape for key, value in network.state_dict().items()}
    backbone, width = headless(network.to("meta"))
    assert backbone.train()(torch.zeros(2, 3, size, size, device="meta")).shape == (2, width)
    lost = {key for key in whole.keys() - backbone.state_dict().keys() if not key.lower().startswith("aux")}
    assert {tuple(whole[key])[:2] for key in lost} - {(1000,)} == {(1000, width)}  # (1000,) are its biases


@pytest.mark.parametrize(("name", "least"), [("alexnet", "at least 63×63"), ("vit_b_16", "224×224")])
def test_images_too_small_for_a_network_are_told_the_size_it_needs(name, least):
    with pytest.raises(ValueError, match=rf"needs images of {least} pixels; got 32×32: load them at that size"):
        make(f"torchvision:{name}", (3, 32, 32))
