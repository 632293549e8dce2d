"""Grad-CAM: where in the image did the model find what speaks for a class?"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .models import Classifier
from .names import pick

CHUNK = 128  # images at once: the first layers keep their maps only while these pass
POOLINGS = (
    nn.MaxPool2d,
    nn.AvgPool2d,
    nn.AdaptiveAvgPool2d,
    nn.AdaptiveMaxPool2d,
)


def heat(model: Classifier, images: Tensor, target: str | int | Tensor | None = None) -> Tensor:
    """Where each image speaks for the class, float32 [N, H, W] in 0…1, on the CPU; 1 is the image's hottest place.

    images  uint8 [N, C, H, W]
    target  the class asked about: a name, a number, or int64 [N], one per image; the predicted class when left out

    Grad-CAM (Selvaraju et al. 2017, section 3): the maps of the last convolution, each weighted by the mean gradient
    of the logit by it, added up; what speaks against the class is cut off; enlarged bilinearly. As coarse as those
    maps are. All 0 where nothing speaks for the class. The model is left as it was.
    Raises ValueError for a network without maps, such as linear or a ViT, an unknown class, and images that do not fit.
    """
    if not isinstance(images, Tensor):
        raise ValueError(
            f"heat takes a tensor uint8 [N, C, H, W]; got {type(images).__name__}: give it the `images` of an ImageSet"
        )
    if not len(images):
        return torch.zeros(0, *images.shape[2:])
    wanted = None if target is None else _targets(model, target, len(images)).split(CHUNK)
    was_training = model.training
    model.eval()
    try:
        layer = _last_map(model, images[:1])
        chunks = images.split(CHUNK)
        return torch.cat(
            [_chunk(model, layer, c, w) for c, w in zip(chunks, wanted or [None] * len(chunks), strict=True)]
        )
    finally:
        model.train(was_training)


def share_inside(heat: Tensor, x: object, y: object, radius: object) -> Tensor:
    """How much of each image's heat [N, H, W] lies in its circle, float32 [N] in 0…1; not a number where all is 0.

    x, y, radius  pixels, [N] each, x from the left edge and y from the top one, as `critters.face_box` gives them; a
                  pixel belongs to the circle if its centre does
    """
    x, y, radius = (torch.tensor(np.asarray(v, np.float32)).reshape(-1, 1, 1) for v in (x, y, radius))
    down = torch.arange(heat.shape[1])[:, None] + 0.5
    right = torch.arange(heat.shape[2]) + 0.5
    inside = (right - x) ** 2 + (down - y) ** 2 <= radius**2
    return (heat * inside).sum((1, 2)) / heat.sum((1, 2))


def _targets(model: Classifier, target: str | int | Tensor, images: int) -> Tensor:
    """int64 [N]: the class asked about, for each image."""
    if isinstance(target, bool):
        raise ValueError(f"target must be a class; got {target}: give its name or number")
    if isinstance(target, str):
        target = pick({name: i for i, name in enumerate(model.classes)}, target, "class")
    labels = torch.as_tensor(target)
    if (labels.ndim and labels.shape != (images,)) or labels.is_floating_point():
        raise ValueError(f"target must be one class, or int64 [{images}]; got {labels.dtype} {list(labels.shape)}")
    if labels.min() < 0 or labels.max() >= len(model.classes):
        raise ValueError(
            f"a class is a number from 0 to {len(model.classes) - 1}; got {labels.min()} to {labels.max()}"
        )
    return labels.expand(images)


@torch.no_grad()
def _last_map(model: Classifier, image: Tensor) -> nn.Module:
    """The last module of the backbone that gives maps [N, D, H, W], H and W over 1, before they are pooled.

    Pooling keeps the mean gradient of a map but makes the map coarser: 8×8 where small_cnn still has 16×16.
    """
    found: list[nn.Module] = []
    pooled: list[Tensor] = []

    def note(module: nn.Module, _: tuple, output: object) -> None:
        is_map = isinstance(output, Tensor) and output.ndim == 4 and min(output.shape[2:]) > 1
        if isinstance(module, nn.MultiheadAttention):
            found.clear()  # it mixes all places: what came before does not say where the model looked
        if isinstance(module, POOLINGS):
            pooled.append(output)
        elif is_map and not any(output is after for after in pooled):  # a block may end in a pooling
            found.append(module)

    hooks = [module.register_forward_hook(note) for module in model.backbone.modules()]
    try:
        model(image.to(model.mean.device))
    finally:
        for hook in hooks:
            hook.remove()
    if not found:
        raise ValueError(
            f"{model.name} keeps no map of the image that could be hot somewhere: take a network with convolutions, "
            "such as small_cnn, or larger images"
        )
    return found[-1]


@torch.inference_mode(False)
@torch.enable_grad()
def _chunk(model: Classifier, layer: nn.Module, images: Tensor, target: Tensor | None) -> Tensor:
    maps: list[Tensor] = []

    def cut(_: nn.Module, __: tuple, output: Tensor) -> Tensor:
        """From here on gradients are wanted, even of a frozen backbone; a copy, as what follows may write into it."""
        maps.append(output.detach().requires_grad_())
        return maps[-1].clone()

    hook = layer.register_forward_hook(cut)
    try:
        logits = model(images.to(model.mean.device))
    finally:
        hook.remove()
    target = logits.argmax(1) if target is None else target.to(logits.device)
    (gradient,) = torch.autograd.grad(logits.gather(1, target[:, None]).sum(), maps[-1])
    with torch.no_grad():
        weights = gradient.mean((2, 3), keepdim=True)
        hot = F.relu((weights * maps[-1]).sum(1, keepdim=True))
        hot = F.interpolate(hot, images.shape[2:], mode="bilinear", align_corners=False)[:, 0]
        return (hot / hot.amax((1, 2), keepdim=True).clamp_min(torch.finfo(hot.dtype).tiny)).cpu()
