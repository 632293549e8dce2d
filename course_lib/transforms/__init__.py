"""Batched changes of images: uint8 [N, C, H, W] in and out, on the images' device, its own parameters per image."""

from __future__ import annotations

from .colour import blur, brightness, contrast, grayscale, hue, noise, saturation
from .geometry import crop_resize, hflip, rotate, scale, shift, vflip
from .mixing import cutmix, cutout, mixup
from .operations import OPERATIONS, Operation, checked

__all__ = [
    "OPERATIONS",
    "Operation",
    "blur",
    "brightness",
    "checked",
    "contrast",
    "crop_resize",
    "cutmix",
    "cutout",
    "grayscale",
    "hflip",
    "hue",
    "mixup",
    "noise",
    "rotate",
    "saturation",
    "scale",
    "shift",
    "vflip",
]
