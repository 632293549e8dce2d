"""Every classifier is a backbone (images → features) and a head (features → logits), with what it was trained for."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .imageset import ImageSet
from .names import pick


class Classifier(nn.Module):
    """backbone (images → features [N, D]) + head (features → logits [N, K]) + classes + input normalisation.

    It takes uint8 [N, C, H, W] in 0…255, exactly what an ImageSet holds, and normalises inside: a saved model
    cannot be fed wrongly. Raises ValueError for any other dtype or shape.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        name: str,
        backbone: nn.Module,
        head: nn.Module,
        *,
        classes: tuple[str, ...],
        shape: tuple[int, int, int],
    ) -> None:
        super().__init__()
        self.name, self.classes, self.shape = name, classes, shape
        self.backbone, self.head = backbone, head
        self.register_buffer("mean", torch.zeros(1, shape[0], 1, 1))  # in 0…255, saved with the weights
        self.register_buffer("std", torch.ones(1, shape[0], 1, 1))

    def normalise(self, images: Tensor) -> Tensor:
        """uint8 [N, C, H, W] → float32 [N, C, H, W] with about mean 0 and spread 1 per channel."""
        if images.dtype != torch.uint8 or tuple(images.shape[1:]) != self.shape:
            wanted, got = ", ".join(map(str, self.shape)), ", ".join(map(str, images.shape))
            raise ValueError(
                f"this {self.name} takes uint8 [N, {wanted}] in 0…255; got {images.dtype} [{got}]: "
                "give it the images of an ImageSet of that size, as they are"
            )
        pixels = images.to(torch.float32, memory_format=torch.channels_last)
        return torch.addcmul(-self.mean / self.std, pixels, 1 / self.std)  # (pixels − mean) / std in one pass

    def features(self, images: Tensor) -> Tensor:
        """uint8 [N, C, H, W] → features float32 [N, D]: what the backbone hands to the head."""
        return self.backbone(self.normalise(images))

    def forward(self, images: Tensor) -> Tensor:
        """uint8 [N, C, H, W] → logits float32 [N, K]; softmax turns them into confidences."""
        return self.head(self.features(images))

    @property
    def parameter_count(self) -> int:
        """How many numbers training may change."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)

    def __repr__(self) -> str:
        shape = ", ".join(map(str, self.shape))
        return (
            f"Classifier({self.name}: [N, {shape}] → {len(self.classes)} classes, {self.parameter_count:,} parameters)"
        )


def linear(shape: tuple[int, int, int]) -> tuple[nn.Module, int]:
    """The plainest baseline: the pixels are the features, one weight per pixel and class. Returns (backbone, D)."""
    channels, height, width = shape
    return nn.Flatten(), channels * height * width  # [N, C, H, W] → [N, C·H·W]


def small_cnn(shape: tuple[int, int, int]) -> tuple[nn.Module, int]:
    """Three convolutions, each seeing a wider patch, then the average over the image. Returns (backbone, D).

    Small images keep their pixels: a picture is halved only while its shorter side is over 8 pixels.
    """
    channels, height, width = shape
    side, layers = min(height, width), []
    for wider in (16, 32, 64):
        layers += [nn.Conv2d(channels, wider, 3, padding=1, bias=False), nn.BatchNorm2d(wider), nn.ReLU(inplace=True)]
        if side > 8:
            layers.append(nn.MaxPool2d(2))  # [N, C, H, W] → [N, C, H/2, W/2]
            side //= 2
        channels = wider
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()), channels  # → [N, 64]


# A network is one line here: its name, and the function shape (C, H, W) → (backbone, number of features D).
REGISTRY: dict[str, Callable[[tuple[int, int, int]], tuple[nn.Module, int]]] = {
    "linear": linear,
    "small_cnn": small_cnn,
}


def build(name: str, images: ImageSet, seed: int = 0) -> Classifier:
    """A new Classifier for the size, the classes and the pixel statistics of `images`: give it the train part.

    Same name, images and seed: the same weights. Raises ValueError for an unknown name or an empty set.
    """
    pick(REGISTRY, name, "network")
    if not len(images):
        raise ValueError("a network takes its normalisation from images; got an empty ImageSet: give the train part")
    with torch.random.fork_rng(devices=[]):  # the caller's random state stays what it was
        torch.manual_seed(seed)
        model = assemble(name, images.classes, images.shape)
    mean, std = pixel_statistics(images.images)
    model.mean.copy_(mean.reshape(model.mean.shape))
    model.std.copy_(std.reshape(model.std.shape))
    return model


def assemble(name: str, classes: tuple[str, ...], shape: tuple[int, int, int]) -> Classifier:
    """The Classifier `name` for images of `shape` (C, H, W), with whatever weights torch draws and mean 0, std 1."""
    backbone, width = pick(REGISTRY, name, "network")(tuple(shape))
    head = nn.Linear(width, len(classes))
    classifier = Classifier(name, backbone, head, classes=tuple(classes), shape=tuple(shape))
    return classifier.to(memory_format=torch.channels_last)  # [N, H, W, C] in memory: up to 1.5 times faster


@torch.no_grad()  # not inference_mode: what is predicted may be learnt from, as temperature scaling does
def predict(model: Classifier, images: Tensor, batch_size: int = 512) -> Tensor:
    """Logits float32 [N, K], on the CPU, for uint8 images [N, C, H, W]; the model is left in the mode it was in."""
    device, was_training = model.mean.device, model.training
    model.eval()
    try:
        logits = [model(batch.to(device)) for batch in images.split(batch_size)] if len(images) else []
    finally:
        model.train(was_training)
    return torch.cat(logits).cpu() if logits else torch.zeros(0, len(model.classes))


def pixel_statistics(images: Tensor, at_most: int = 50_000_000) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation per channel, float32 [C] in 0…255, from evenly spaced images of `at_most` values."""
    step = -(-images.numel() // at_most)
    pixels = images[::step].float()
    spread = pixels.std((0, 2, 3), correction=0)
    return pixels.mean((0, 2, 3)), spread.clamp_min(1.0)  # a constant channel divides by 1
