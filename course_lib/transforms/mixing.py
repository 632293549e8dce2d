"""Changes that cover a part or blend two images; the partner is the image before it in the batch."""

from __future__ import annotations

import torch
from torch import Tensor

from .checks import check_images, columns, rounded


def cutout(images: Tensor, top: Tensor, left: Tensor, height: Tensor, width: Tensor) -> Tensor:
    """Blacken a box, in whole pixels [N] each (DeVries and Taylor 2017, section 3); uint8 [N, C, H, W] in and out.

    The box may lie partly outside. The label stays: cutout hides, it does not mix.
    """
    check_images(images)
    rows, across = _box(images, top, left, height, width)
    return images * ~(rows & across)


def mixup(images: Tensor, targets: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
    """Blend with the partner, which counts `share` [N] in 0…1, labels too (Zhang et al. 2018, mixup, section 2).

    uint8 [N, C, H, W] and float [N, K] in and out. Raises ValueError for targets that are class numbers.
    """
    check_images(images)
    check_targets(targets)
    pixels = images.float()
    blended = (pixels.roll(1, 0) - pixels).mul_(columns(share, 4)).add_(pixels)
    return rounded(blended), torch.lerp(targets, targets.roll(1, 0), columns(share, 2))


def cutmix(
    images: Tensor, targets: Tensor, top: Tensor, left: Tensor, height: Tensor, width: Tensor
) -> tuple[Tensor, Tensor]:
    """Take a box, in whole pixels [N] each, from the partner (Yun et al. 2019, CutMix, section 3.1).

    Labels mix by the share of pixels that were taken. uint8 [N, C, H, W] and float [N, K] in and out. Raises
    ValueError for targets that are class numbers.
    """
    check_images(images)
    check_targets(targets)
    rows, across = _box(images, top, left, height, width)
    share = rows.float().mean(2, keepdim=True) * across.float().mean(3, keepdim=True)
    mixed = torch.where(rows & across, images.roll(1, 0), images)
    return mixed, torch.lerp(targets, targets.roll(1, 0), share.view(-1, 1))


def check_targets(targets: Tensor) -> None:
    """ValueError unless `targets` are shares of classes, float [N, K]."""
    if targets.ndim != 2 or not targets.is_floating_point():
        raise ValueError(
            f"mixing needs targets as float [N, K], a share for each class; got {targets.dtype} "
            f"{list(targets.shape)}: use torch.nn.functional.one_hot(labels, K).float()"
        )


def _box(images: Tensor, top: Tensor, left: Tensor, height: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
    """Which rows [N, 1, H, 1] and which columns [N, 1, 1, W] lie in the box, bool."""
    y = torch.arange(images.shape[2], device=images.device).view(1, 1, -1, 1) - columns(top, 4)
    x = torch.arange(images.shape[3], device=images.device).view(1, 1, 1, -1) - columns(left, 4)
    return (y >= 0) & (y < columns(height, 4)), (x >= 0) & (x < columns(width, 4))
