"""Every classifier is a backbone (images → features) and a head (features → logits), with what it was trained for."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from . import architectures, pretrained
from .architectures import REGISTRY
from .costs import best_within, describe
from .imageset import ImageSet

__all__ = ["REGISTRY", "Classifier", "assemble", "best_within", "build", "describe", "features", "predict"]


class Classifier(nn.Module):
    """backbone (images → features [N, D]) + head (features → logits [N, K]) + classes + input normalisation.

    It takes uint8 [N, C, H, W] in 0…255, exactly what an ImageSet holds, and normalises inside: a saved model
    cannot be fed wrongly. Raises ValueError for any other dtype or shape. While training, each feature is dropped
    with the probability `dropout` (Srivastava et al. 2014).
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
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.name, self.classes, self.shape = name, classes, shape
        self.backbone, self.dropout, self.head = backbone, nn.Dropout(dropout), head
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
        # (pixels − mean) / std in one pass, into the memory that is there: new memory would cost three times as much
        return torch.addcmul(-self.mean / self.std, pixels, 1 / self.std, out=pixels)

    def features(self, images: Tensor) -> Tensor:
        """uint8 [N, C, H, W] → features float32 [N, D]: what the backbone hands to the head."""
        return self.backbone(self.normalise(images))

    def forward(self, images: Tensor) -> Tensor:
        """uint8 [N, C, H, W] → logits float32 [N, K]; softmax turns them into confidences."""
        return self.head(self.dropout(self.features(images)))

    def freeze(self, images: Tensor | None = None) -> Classifier:
        """Make the backbone a fixed feature extractor: only the head still learns. Returns the same Classifier.

        images  uint8 [N, C, H, W]: BatchNorm first takes its statistics from these, and from nothing before them. A
                backbone that has learnt brings its own and needs none; a random one has never seen an image.
        """
        if images is not None:
            _meet(self, images)
        self.backbone.requires_grad_(False)
        return self.train(self.training)

    @property
    def frozen(self) -> bool:
        """Whether the backbone has weights and none of them may change."""
        weights = list(self.backbone.parameters())
        return bool(weights) and not any(weight.requires_grad for weight in weights)

    def train(self, mode: bool = True) -> Classifier:
        """As in torch, but a frozen backbone stays in eval mode: its BatchNorm must not follow the new images."""
        super().train(mode)
        if self.frozen:
            self.backbone.eval()
        return self

    @property
    def spec(self) -> dict:
        """What `assemble` needs to make this Classifier again, without its weights."""
        return {"name": self.name, "classes": self.classes, "shape": self.shape, "dropout": self.dropout.p}

    @property
    def parameter_count(self) -> int:
        """How many numbers training may change."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)

    def __repr__(self) -> str:
        shape = ", ".join(map(str, self.shape))
        return (
            f"Classifier({self.name}: [N, {shape}] → {len(self.classes)} classes, {self.parameter_count:,} parameters)"
        )


def build(
    name: str, images: ImageSet, *, seed: int = 0, dropout: float = 0.0, weights: str | None = None
) -> Classifier:
    """A new Classifier for the size, the classes and the pixel statistics of `images`: give it the train part.

    name     a whole specification, see `architectures.make`: "small_cnn", "resnet:32", "torchvision:resnet18"
    weights  None: all random, and the same for the same name, images and seed. "course" or "imagenet": a backbone
             that has learnt elsewhere, with the normalisation it learnt with, under a new random head
    Raises ValueError for a name, images, dropout or weights that cannot be.
    """
    if not len(images):
        raise ValueError("a network takes its normalisation from images; got an empty ImageSet: give the train part")
    with torch.random.fork_rng(devices=[]):  # the caller's random state stays what it was
        torch.manual_seed(seed)
        model = assemble(name, images.classes, images.shape, dropout)
    statistics = pretrained.load(weights, name, model.backbone) if weights else pixel_statistics(images.images)
    for kept, values in zip((model.mean, model.std), statistics, strict=True):
        kept.copy_(values.reshape(1, -1, 1, 1))
    return model


def assemble(name: str, classes: tuple[str, ...], shape: tuple[int, int, int], dropout: float = 0.0) -> Classifier:
    """The Classifier `name` for images of `shape` (C, H, W), with whatever weights torch draws and mean 0, std 1."""
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout must be from 0 to below 1; got {dropout}: 0.2 to 0.5 are usual")
    backbone, width = architectures.make(name, tuple(shape))
    head = nn.Linear(width, len(classes))
    classifier = Classifier(name, backbone, head, classes=tuple(classes), shape=tuple(shape), dropout=dropout)
    return classifier.to(memory_format=torch.channels_last)  # [N, H, W, C] in memory: up to 1.5 times faster


def predict(model: Classifier, images: Tensor, batch_size: int = 512) -> Tensor:
    """Logits float32 [N, K], on the CPU, for uint8 images [N, C, H, W]; the model is left in the mode it was in."""
    return _in_batches(model, model, images, batch_size)


def features(model: Classifier, images: Tensor, batch_size: int = 512) -> Tensor:
    """Features float32 [N, D], on the CPU, for uint8 images [N, C, H, W]; the model is left in the mode it was in."""
    return _in_batches(model, model.features, images, batch_size)


@torch.no_grad()  # not inference_mode: what comes out may be learnt from, as temperature scaling does
def _in_batches(model: Classifier, answer: Callable[[Tensor], Tensor], images: Tensor, batch_size: int) -> Tensor:
    """What `answer`, of the model in eval mode, makes of the images, batch by batch on its device; on the CPU."""
    device, was_training = model.mean.device, model.training
    model.eval()
    try:  # no image is a batch too: the shape of the answer comes with it
        return torch.cat([answer(batch.to(device)) for batch in images.split(batch_size)]).cpu()
    finally:
        model.train(was_training)


@torch.no_grad()
def _meet(model: Classifier, images: Tensor, batch_size: int = 512) -> None:
    """Let every BatchNorm of the backbone take its statistics from `images`: the mean over nearly equal batches."""
    norms = [layer for layer in model.backbone.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    usual = [layer.momentum for layer in norms]
    for layer in norms:
        layer.reset_running_stats()
        layer.momentum = None  # to torch: every batch counts the same
    was_training = model.training
    model.train()
    for batch in images.tensor_split(-(-len(images) // batch_size)):
        model.features(batch.to(model.mean.device))
    model.train(was_training)
    for layer, momentum in zip(norms, usual, strict=True):
        layer.momentum = momentum


def pixel_statistics(images: Tensor, at_most: int = 50_000_000) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation per channel, float32 [C] in 0…255, from evenly spaced images of `at_most` values."""
    step = -(-images.numel() // at_most)
    pixels = images[::step].float()
    spread = pixels.std((0, 2, 3), correction=0)
    return pixels.mean((0, 2, 3)), spread.clamp_min(1.0)  # a constant channel divides by 1
