"""What all transforms share: the check of their images, parameters per image that meet pixels, and rounding."""

from __future__ import annotations

import torch
from torch import Tensor


def check_images(images: Tensor) -> None:
    """ValueError unless `images` are a uint8 tensor [N, C, H, W] with C = 1 or 3."""
    right = isinstance(images, Tensor) and images.dtype == torch.uint8 and images.ndim == 4
    if not right or images.shape[1] not in (1, 3):
        got = f"{images.dtype} {list(images.shape)}" if isinstance(images, Tensor) else type(images).__name__
        raise ValueError(
            f"a transform takes images uint8 [N, C, H, W] with C = 1 or 3; got {got}: give it the images of an ImageSet"
        )


def columns(values: Tensor, dimensions: int) -> Tensor:
    """One value per image, [N], as [N, 1, …] with so many dimensions: it meets every pixel of its image."""
    return values.view(-1, *(1,) * (dimensions - 1))


def rounded(pixels: Tensor) -> Tensor:
    """float32 in 0…255 → the nearest uint8; `pixels` are used up."""
    # by way of int16: torch turns float32 into uint8 five times slower
    return pixels.add_(0.5).to(torch.int16).to(torch.uint8)
