"""Changes of light and of picture quality, one set of parameters per image; they compute in float32 and round."""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import check_images, columns, rounded

LUMA = (0.2989, 0.587, 0.114)  # how bright red, green and blue look: ITU-R BT.601, as torchvision has it
NOISE_STARTS = 65_536  # noise is cut from one long row of normal numbers, from as many places


def brightness(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply by `factor` [N]: 0 is black, 1 the image; uint8 [N, C, H, W] in and out."""
    check_images(images)
    return _to_uint8(images * columns(factor, 4))


def contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Distance from the image's mean grey times `factor` [N]: 0 is plain grey; uint8 [N, C, H, W] in and out."""
    check_images(images)
    pixels = images.float()
    middle = _grey(pixels.mean((2, 3), keepdim=True))  # the mean of greys is the grey of means
    return _to_uint8(pixels.sub_(middle).mul_(columns(factor, 4)).add_(middle))


def saturation(images: Tensor, factor: Tensor) -> Tensor:
    """Distance from grey times `factor` [N]: 0 takes the colour away; uint8 [N, C, H, W] in and out.

    Grey images (C = 1) have no colour and come back as they are.
    """
    check_images(images)
    if images.shape[1] == 1:
        return images
    pixels = images.float()
    grey = _grey(pixels)
    return _to_uint8(pixels.sub_(grey).mul_(columns(factor, 4)).add_(grey))


def hue(images: Tensor, turn: Tensor) -> Tensor:
    """Turn the colour circle by `turn` [N] in -0.5…0.5 (0.5: red becomes cyan); uint8 [N, C, H, W] in and out.

    The largest and the smallest of a pixel's three channels stay (its value and saturation, Smith 1978, Color gamut
    transform pairs). Grey images (C = 1) have no colour and come back as they are.
    """
    check_images(images)
    if images.shape[1] == 1:
        return images
    red, green, blue = images.float().unbind(1)
    largest = torch.maximum(torch.maximum(red, green), blue)
    smallest = torch.minimum(torch.minimum(red, green), blue)
    range_ = largest - smallest
    per = range_.clamp_min(1).reciprocal_()  # values are whole numbers: a range under 1 is 0, and has no hue
    sixth = torch.where(largest == green, (blue - red).mul_(per).add_(2), (red - green).mul_(per).add_(4))
    sixth = torch.where(largest == red, (green - blue).mul_(per), sixth)
    sixth = sixth.add_(columns(6 * turn, 3))
    sixth = sixth.sub_((sixth * (1 / 6)).floor_(), alpha=6)  # red at 0, yellow 1, green 2, cyan 3, blue 4, magenta 5
    # how many ranges each channel lies above the smallest: 1 up to a sixth from its own colour, 0 from two sixths on
    heights = ((sixth - 3).abs_().sub_(1), 2 - (sixth - 2).abs_(), 2 - (sixth - 4).abs_())
    changed = [torch.addcmul(smallest, range_, height.clamp_(0, 1)) for height in heights]
    return _to_uint8(torch.stack(changed, 1))


def grayscale(images: Tensor, which: Tensor) -> Tensor:
    """Take the colour away where `which`, bool [N]; uint8 [N, C, H, W] in and out, grey images stay as they are."""
    check_images(images)
    if images.shape[1] == 1:
        return images
    return torch.where(columns(which, 4), _to_uint8(_grey(images.float())), images)


def noise(images: Tensor, sigma: Tensor, start: Tensor) -> Tensor:
    """Add normal noise of standard deviation `sigma` [N], where 1 is white; uint8 [N, C, H, W] in and out.

    `start`, int64 [N] in 0…65,535, says which noise: the same start gives the same.
    """
    check_images(images)
    field = noise_field(images.shape, start)
    return _to_uint8(torch.addcmul(images.float(), field, columns(sigma * 255, 4)))


def noise_field(shape: tuple[int, ...], start: Tensor) -> Tensor:
    """Normal numbers float32 [N, C, H, W] of mean 0 and standard deviation 1, picked by `start` int64 [N]."""
    values = shape[1] * shape[2] * shape[3]
    return _noise_row(values + NOISE_STARTS, start.device).unfold(0, values, 1)[start].view(shape)


def blur(images: Tensor, sigma: Tensor, radius: int) -> Tensor:
    """Gaussian blur of standard deviation `sigma` pixels [N], cut off at `radius`; uint8 [N, C, H, W] in and out.

    At the edge the image is continued by its mirror image, so `radius` must be smaller than the image.
    """
    check_images(images)
    count, channels, height, width = images.shape
    offset = torch.arange(-radius, radius + 1, device=images.device)
    weight = torch.exp(-0.5 * (offset / sigma.clamp_min(1e-3).view(-1, 1)) ** 2)
    weight = (weight / weight.sum(1, keepdim=True)).repeat_interleave(channels, 0)  # [N·C, 2·radius + 1]
    pixels = images.float().reshape(1, count * channels, height, width)
    pixels = F.pad(pixels, (radius,) * 4, mode="reflect")
    pixels = F.conv2d(pixels, weight[:, None, None, :], groups=count * channels)
    pixels = F.conv2d(pixels, weight[:, None, :, None], groups=count * channels)
    return _to_uint8(pixels.view(count, channels, height, width))


def _grey(pixels: Tensor) -> Tensor:
    """float32 [N, C, H, W] → its brightness [N, 1, H, W]."""
    if pixels.shape[1] == 1:
        return pixels
    red, green, blue = (pixels[:, c : c + 1] for c in range(3))
    return (red * LUMA[0]).add_(green, alpha=LUMA[1]).add_(blue, alpha=LUMA[2])


def _to_uint8(pixels: Tensor) -> Tensor:
    """To the nearest of 0…255."""
    return rounded(pixels.clamp_(0, 255))


@lru_cache(maxsize=4)
def _noise_row(length: int, device: torch.device) -> Tensor:
    return torch.randn(length, generator=torch.Generator().manual_seed(0)).to(device)
