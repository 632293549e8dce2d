"""The architectures of the chapter at course size: functions of the image shape (C, H, W)."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from inspect import signature

import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn
from torch.func import functional_call

from .names import pick

Shape = tuple[int, int, int]
Network = tuple[nn.Module, int]  # backbone, and the number D of features that it hands to the head

SMALL = 8  # pixels: a picture is halved only while its shorter side is longer, so that small images keep theirs


def conv(channels: int, wider: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    """A convolution that keeps the size (halves it with stride 2), and the normalisation that follows it."""
    layer = nn.Conv2d(channels, wider, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
    return [layer, nn.BatchNorm2d(wider)]


def pooled() -> list[nn.Module]:
    """The average over the image: [N, D, H, W] → [N, D]."""
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten()]


def linear(shape: Shape) -> Network:
    """The plainest baseline: the pixels are the features, one weight per pixel and class."""
    channels, height, width = shape
    return nn.Flatten(), channels * height * width  # [N, C, H, W] → [N, C·H·W]


def small_cnn(shape: Shape) -> Network:
    """Three convolutions, each seeing a wider patch, then the average over the image."""
    channels, side, layers = shape[0], min(shape[1:]), []
    for wider in (16, 32, 64):
        layers += [*conv(channels, wider), nn.ReLU(inplace=True)]
        if side > SMALL:
            layers.append(nn.MaxPool2d(2))  # [N, C, H, W] → [N, C, H/2, W/2]
            side //= 2
        channels = wider
    return nn.Sequential(*layers, *pooled()), channels  # → [N, 64]


def vgg(shape: Shape) -> Network:
    """Depth from small regular parts: 3×3 convolutions in pairs (Simonyan and Zisserman 2015).

    Two in a row see 5×5 pixels, with fewer weights than one 5×5 has, and a ReLU between them.
    """
    channels, side, layers = shape[0], min(shape[1:]), []
    for wider in (8, 16, 32, 64):
        layers += [*conv(channels, wider), nn.ReLU(inplace=True)]  # [N, C, H, W] → [N, wider, H, W]
        layers += [*conv(wider, wider), nn.ReLU(inplace=True)]
        if side > SMALL:
            layers.append(nn.MaxPool2d(2))  # → [N, wider, H/2, W/2]
            side //= 2
        channels = wider
    return nn.Sequential(*layers, *pooled()), channels  # → [N, 64]


class PlainBlock(nn.Module):
    """Two convolutions, one after the other: what comes in is gone when it comes out."""

    def __init__(self, channels: int, wider: int, stride: int) -> None:
        super().__init__()
        first, second = conv(channels, wider, stride=stride), conv(wider, wider)
        self.change = nn.Sequential(*first, nn.ReLU(inplace=True), *second)
        self.stride, self.added = stride, wider - channels

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.change(x))  # [N, C, H, W] → [N, wider, H/stride, W/stride]


class ResidualBlock(PlainBlock):
    """The same convolutions learn a correction, a path keeps the input (He et al. 2016)."""

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.path(x) + self.change(x))

    def path(self, x: Tensor) -> Tensor:
        """The input in the size of the output, without a weight to learn."""
        x = x[:, :, :: self.stride, :: self.stride]  # every other pixel
        # new channels are zeros
        return F.pad(x, (0, 0, 0, 0, 0, self.added)) if self.added else x


def _stack(block: type[PlainBlock], shape: Shape, depth: int) -> Network:
    """First convolution, three stages of n blocks, each half the size and twice the width (He et al. 2016, 4.2)."""
    if depth < 8 or depth % 6 != 2:
        near = max(8, 6 * round((depth - 2) / 6) + 2)
        raise ValueError(
            f"a depth is 6·n + 2 (a first convolution, three stages of n blocks of two convolutions, and the head), "
            f"so 8, 14, 20, 26, 32 …; got {depth}: the nearest is {near}"
        )
    channels, side = shape[0], min(shape[1:])
    stride = 2 if side > 32 else 1
    layers, side = [*conv(channels, 16, stride=stride), nn.ReLU(inplace=True)], side // stride  # → [N, 16, ≤32, ≤32]
    channels = 16
    for wider in (16, 32, 64):
        for number in range((depth - 2) // 6):
            stride = 2 if wider > 16 and number == 0 and side > 4 else 1
            layers.append(block(channels, wider, stride))  # [N, 16, S, S] → [N, 32, S/2, S/2] → [N, 64, S/4, S/4]
            channels, side = wider, side // stride
    return nn.Sequential(*layers, *pooled()), channels  # → [N, 64]


def resnet(shape: Shape, depth: int = 14) -> Network:
    """Paths around every two convolutions make depth trainable: the gradient has a short way back (He et al. 2016).

    depth  layers with weights from image to logits, 6·n + 2: one convolution, 6·n in blocks, and the head
    """
    return _stack(ResidualBlock, shape, depth)


def plain_deep(shape: Shape, depth: int = 20) -> Network:
    """resnet of the same depth, weight for weight, without the paths: for the experiment on depth, not for use."""
    return _stack(PlainBlock, shape, depth)


class MBConv(nn.Module):
    """Widen, look at each channel alone, weigh the channels, narrow again (Sandler et al. 2018, Tan and Le 2019)."""

    def __init__(self, channels: int, wider: int, stride: int, expand: int = 4) -> None:
        super().__init__()
        inner = channels * expand
        # [N, C, H, W] → [N, 4·C, H, W]
        self.widen = nn.Sequential(*conv(channels, inner, 1), nn.SiLU(inplace=True))
        # depthwise: 9 weights per channel, where a full 3×3 has 9·C; → [N, 4·C, H/s, W/s]
        look = conv(inner, inner, 3, stride, groups=inner)
        self.look = nn.Sequential(*look, nn.SiLU(inplace=True))
        # how much each channel counts in this image: → [N, C/2, 1, 1] → [N, 4·C, 1, 1]
        squeeze = [nn.AdaptiveAvgPool2d(1), nn.Conv2d(inner, channels // 2, 1), nn.SiLU()]
        self.weigh = nn.Sequential(*squeeze, nn.Conv2d(channels // 2, inner, 1), nn.Sigmoid())
        self.narrow = nn.Sequential(*conv(inner, wider, 1))  # → [N, wider, H/s, W/s]
        self.keeps = stride == 1 and channels == wider

    def forward(self, x: Tensor) -> Tensor:
        y = self.look(self.widen(x))
        y = self.narrow(y * self.weigh(y))
        return x + y if self.keeps else y


def efficientnet(shape: Shape) -> Network:
    """Accuracy per unit of compute: the block of EfficientNet, with depthwise convolutions (Tan and Le 2019).

    Theirs also come in sizes, in which depth, width and image grow together; this is one small size.
    """
    channels, side = shape[0], min(shape[1:])
    stride = 2 if side > SMALL else 1
    layers, side = [*conv(channels, 16, stride=stride), nn.SiLU(inplace=True)], side // stride  # → [N, 16, H/2, W/2]
    channels = 16
    for wider, blocks in ((16, 1), (24, 2), (40, 2)):
        for number in range(blocks):
            stride = 2 if number == 0 and side > SMALL else 1
            layers.append(MBConv(channels, wider, stride))  # halved once a stage, down to 8×8
            channels, side = wider, side // stride
    return nn.Sequential(*layers, *conv(channels, 128, 1), nn.SiLU(inplace=True), *pooled()), 128  # → [N, 128]


class ConvNeXtBlock(nn.Module):
    """A Transformer's block with a convolution in place of attention (Liu et al. 2022): look wide, then think.

    One 7×7 depthwise convolution mixes places, two linear layers mix channels, one normalisation, one GELU.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.think = nn.Sequential(nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels))
        self.scale = nn.Parameter(torch.full((channels,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.look(x).permute(0, 2, 3, 1)  # [N, C, H, W] → [N, H, W, C], for linear layers
        y = self.scale * self.think(self.norm(y))
        return x + y.permute(0, 3, 1, 2)  # back to [N, C, H, W]


def convnext(shape: Shape) -> Network:
    """Convolutions rebuilt with what Transformers taught: patches first, wide kernels, LayerNorm (Liu et al. 2022)."""
    channels, side = shape[0], min(shape[1:])
    patch = max(1, side // 16)
    layers = [nn.Conv2d(channels, 32, patch, patch), nn.GroupNorm(1, 32)]  # cut into patches: → [N, 32, about 16, 16]
    layers += [ConvNeXtBlock(32), ConvNeXtBlock(32)]
    step = 2 if side // patch > SMALL else 1
    layers += [nn.GroupNorm(1, 32), nn.Conv2d(32, 64, step, step)]  # → [N, 64, 8, 8]
    layers += [ConvNeXtBlock(64), ConvNeXtBlock(64)]
    return nn.Sequential(*layers, *pooled(), nn.LayerNorm(64)), 64  # → [N, 64]


class Grey(nn.Module):
    """One channel three times, [N, 1, H, W] → [N, 3, H, W].

    torchvision's networks look at three. Repeating leaves every weight of theirs in use; a new first layer would not.
    """

    def forward(self, x: Tensor) -> Tensor:
        return x.expand(-1, 3, -1, -1)


def headless(network: nn.Module) -> Network:
    """A torchvision classifier without its last layer: (backbone, D)."""
    for helper in ("AuxLogits", "aux1", "aux2"):  # extra heads that only Inception trains with
        if getattr(network, helper, None) is not None:
            setattr(network, helper, None)
    network.aux_logits = network.transform_input = False
    layers = list(network.named_modules())
    last = [name for name, layer in layers if isinstance(layer, nn.Linear)] or [  # SqueezeNet ends in a convolution
        name for name, layer in layers if isinstance(layer, nn.Conv2d)
    ]
    layer = network.get_submodule(last[-1])
    network.set_submodule(last[-1], nn.Identity())
    return network, getattr(layer, "in_features", None) or layer.in_channels


def from_torchvision(name: str, shape: Shape) -> Network:
    """Any classification network of torchvision by its name, with fresh weights: "torchvision:resnet18"."""
    known = torchvision.models.list_models(module=torchvision.models)
    if name not in known:
        near = get_close_matches(name.lower(), known, n=3, cutoff=0.3) or ["resnet18"]
        raise ValueError(f"torchvision has no classifier called {name!r}: the nearest are {', '.join(near)}")
    warned = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}  # they warn if left to choose
    network = torchvision.models.get_model(name, **warned)
    _check_size(name, network, shape)
    backbone, width = headless(network.train())
    return (nn.Sequential(Grey(), backbone) if shape[0] == 1 else backbone), width


def _check_size(name: str, network: nn.Module, shape: Shape) -> None:
    """ValueError, with the size that would do, if the torchvision network cannot take images of `shape`."""
    network.eval()  # a single image has no batch statistics
    ghost = {key: tensor.to("meta") for key, tensor in [*network.named_parameters(), *network.named_buffers()]}

    def runs(height: int, width: int) -> bool:
        """Whether the shapes fit; "meta" tensors have no numbers, so that trying costs neither memory nor time."""
        try:
            functional_call(network, ghost, torch.zeros(1, 3, height, width, device="meta"))
        except (RuntimeError, AssertionError, ValueError):
            return False
        return True

    if runs(*shape[1:]):
        return
    low, high = 0, 224 if runs(224, 224) else 518
    while high - low > 1:  # low fails, high runs
        middle = (low + high) // 2
        low, high = (low, middle) if runs(middle, middle) else (middle, high)
    least = "at least " if runs(high + 32, high + 32) else ""
    raise ValueError(
        f"torchvision:{name} needs images of {least}{high}×{high} pixels; got {shape[1]}×{shape[2]}: load them at "
        "that size, or take a network that works on small images, such as resnet"
    )


# A network is one line here: its name, and the function that makes its backbone.
REGISTRY: dict[str, Callable[..., Network]] = {
    "linear": linear,
    "small_cnn": small_cnn,
    "vgg": vgg,
    "resnet": resnet,
    "efficientnet": efficientnet,
    "convnext": convnext,
    "plain_deep": plain_deep,
}


def make(name: str, shape: Shape) -> Network:
    """(backbone, D) of a whole specification: "vgg", "resnet", "resnet:32" with a depth, "torchvision:resnet18".

    Raises ValueError for an unknown name (with the nearest), a depth that cannot be, images of the wrong size.
    """
    family, _, option = str(name).partition(":")
    network = pick(REGISTRY | {"torchvision": from_torchvision}, family, "network")
    if network is from_torchvision:
        return from_torchvision(option, shape)
    if not option and not str(name).endswith(":"):
        return network(shape)
    if "depth" not in signature(network).parameters:
        raise ValueError(f"{family} comes in one depth only; got {name!r}: write {family!r}")
    if not option.isdecimal():
        raise ValueError(f"a depth is a whole number; got {name!r}: write for example '{family}:20'")
    return network(shape, depth=int(option))
