"""Frames: what surrounds the thing. Images in the frame of an image of another class tell what a model goes by."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from .imageset import ImageSet

FRAME = 0.16  # of the width of an image on each side


def swapped(images: ImageSet, seed: int = 0) -> tuple[ImageSet, Tensor]:
    """Images whose outer `FRAME` comes from an image of another class, and the labels of those, int64 [M].

    Labels and facts are those of the middle. An image that found no partner of another class is left out.
    """
    labels, count = images.labels, len(images)
    generator = torch.Generator().manual_seed(seed)
    donors = torch.randint(count, (count,), generator=generator)
    for _ in range(20):
        same = (labels[donors] == labels).nonzero().flatten()
        donors[same] = torch.randint(count, (len(same),), generator=generator)
    rows = (labels[donors] != labels).nonzero().flatten()
    height, width = images.shape[1:]
    top, left = (max(1, round(FRAME * side)) for side in (height, width))
    middle = (..., slice(top, height - top), slice(left, width - left))
    pixels = images.images[donors[rows]].clone()
    pixels[middle] = images.images[rows][middle]
    return replace(images[rows], images=pixels), labels[donors[rows]]
