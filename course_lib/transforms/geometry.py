"""Changes of viewpoint: every function says where each pixel of the result comes from, then samples once."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import check_images, columns, rounded

# x and y of every pixel, from the centre of the image, in pixels: [N or 1, 1, W] and [N or 1, H, 1] as long as rows
# and columns do not mix, [N, H, W] each when they do (rotate).


def grid(images: Tensor) -> tuple[Tensor, Tensor]:
    """x float32 [1, 1, W] and y float32 [1, H, 1] of the pixels of uint8 [N, C, H, W], before anything is changed."""
    height, width = images.shape[-2:]
    x = torch.arange(width, device=images.device, dtype=torch.float32) - (width - 1) / 2
    y = torch.arange(height, device=images.device, dtype=torch.float32) - (height - 1) / 2
    return x.view(1, 1, -1), y.view(1, -1, 1)


def corner_colour(images: Tensor) -> Tensor:
    """The middle one of the four corners of each image and channel, uint8 [N, C]: a guess at its background.

    Black corners on a photo are a pattern of their own, and a network learns to read it.
    """
    height, width = images.shape[-2:]
    corners = images[:, :, :: max(height - 1, 1), :: max(width - 1, 1)]
    return corners.flatten(2).median(2).values


def sample(
    images: Tensor, x: Tensor, y: Tensor, *, whole: bool = False, inside: bool = False, fill: Tensor | None = None
) -> Tensor:
    """uint8 [N, C, H, W] read at x, y (as `grid` gives them), in between bilinearly; outside is `fill`, else black.

    `whole` says that x and y fall on pixels: they are copied, not interpolated. `inside` says that nothing is read
    from outside, so that the half pixel between the last pixel's middle and the edge keeps its brightness.
    """
    if whole:
        return _moved(images, x, y, inside, fill)
    count, channels, height, width = images.shape
    at = torch.empty(2, count, height, width, device=images.device)
    at[0], at[1] = x * (2 / width), y * (2 / height)  # -1…1 from edge to edge, as grid_sample wants it
    pixels, outside = images.float(), "border" if inside else "zeros"
    if fill is not None:
        colour = fill.view(count, channels, 1, 1).float()
        pixels = pixels.sub_(colour)  # now what is outside, 0, has the colour
    values = F.grid_sample(pixels, at.permute(1, 2, 3, 0), mode="bilinear", padding_mode=outside, align_corners=False)
    return rounded(values if fill is None else values.add_(colour))


def _moved(images: Tensor, x: Tensor, y: Tensor, inside: bool, fill: Tensor | None) -> Tensor:
    """`sample` for x [N, 1, W] and y [N, H, 1] that fall on pixels."""
    count, channels, height, width = images.shape
    column, row = (x + (width - 1) / 2).long(), (y + (height - 1) / 2).long()
    pixels = images.flatten(2)  # [N, C, H·W]
    if inside:
        index = torch.add(column, row, alpha=width)
    else:  # behind the last pixel stands the one that all places outside are sent to
        last = height * width
        column = column.masked_fill((column < 0) | (column >= width), last)
        row = (row * width).masked_fill((row < 0) | (row >= height), last)
        index = (column + row).clamp_(max=last)
        fill = images.new_zeros(count, channels) if fill is None else fill
        pixels = torch.cat([pixels, fill.unsqueeze(2)], 2)
    index = index.expand(count, height, width).reshape(count, 1, height * width)
    return pixels.gather(2, index.expand(-1, channels, -1)).view(images.shape)


def hflip_at(x: Tensor, y: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
    """Where the pixels of a mirrored image come from: x changes sign where `which`, bool [N]."""
    return torch.where(columns(which, 3), -x, x), y


def vflip_at(x: Tensor, y: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
    """Where the pixels of an image turned upside down come from: y changes sign where `which`, bool [N]."""
    return x, torch.where(columns(which, 3), -y, y)


def shift_at(x: Tensor, y: Tensor, right: Tensor, down: Tensor) -> tuple[Tensor, Tensor]:
    """Where the pixels of a shifted image come from; `right` and `down` in pixels [N]."""
    return x - columns(right, 3), y - columns(down, 3)


def crop_resize_at(
    x: Tensor, y: Tensor, top: Tensor, left: Tensor, height: Tensor, width: Tensor
) -> tuple[Tensor, Tensor]:
    """Where the pixels of a box, made as large as the image, come from; the box in pixels, [N] each."""
    full_height, full_width = y.shape[1], x.shape[2]
    across, up = columns(left + (width - full_width) / 2, 3), columns(top + (height - full_height) / 2, 3)
    return x * columns(width / full_width, 3) + across, y * columns(height / full_height, 3) + up


def rotate_at(x: Tensor, y: Tensor, degrees: Tensor) -> tuple[Tensor, Tensor]:
    """Where the pixels of a turned image come from; `degrees` counter-clockwise [N]."""
    radians = columns(degrees, 3) * (math.pi / 180)
    cos, sin = radians.cos(), radians.sin()
    return x * cos - y * sin, x * sin + y * cos


def scale_at(x: Tensor, y: Tensor, factor: Tensor) -> tuple[Tensor, Tensor]:
    """Where the pixels of an enlarged (factor over 1) or reduced image come from; `factor` [N]."""
    smaller = 1 / columns(factor, 3)
    return x * smaller, y * smaller


def hflip(images: Tensor, which: Tensor) -> Tensor:
    """Mirror left and right where `which`, bool [N]; uint8 [N, C, H, W] in and out, pixels are moved, not changed."""
    check_images(images)
    return sample(images, *hflip_at(*grid(images), which), whole=True, inside=True)


def vflip(images: Tensor, which: Tensor) -> Tensor:
    """Turn upside down where `which`, bool [N]; uint8 [N, C, H, W] in and out, pixels are moved, not changed."""
    check_images(images)
    return sample(images, *vflip_at(*grid(images), which), whole=True, inside=True)


def shift(images: Tensor, right: Tensor, down: Tensor, fill: Tensor | None = None) -> Tensor:
    """Move by `right` and `down` whole pixels, [N] each; uint8 [N, C, H, W] in and out; `fill` as for rotate."""
    check_images(images)
    return sample(images, *shift_at(*grid(images), right, down), whole=True, fill=fill)


def crop_resize(images: Tensor, top: Tensor, left: Tensor, height: Tensor, width: Tensor) -> Tensor:
    """Cut out a box inside the image, in pixels [N] each, and enlarge it; uint8 [N, C, H, W] in and out."""
    check_images(images)
    x, y = crop_resize_at(*grid(images), top, left, height, width)
    first_x, first_y = left - (images.shape[3] - 1) / 2, top - (images.shape[2] - 1) / 2
    # what lies beyond the box is gone, as if it had been cut out before: nothing of it is blended in at the rim
    x = x.clamp(columns(first_x, 3), columns(first_x + width - 1, 3))
    y = y.clamp(columns(first_y, 3), columns(first_y + height - 1, 3))
    return sample(images, x, y, inside=True)


def rotate(images: Tensor, degrees: Tensor, fill: Tensor | None = None) -> Tensor:
    """Turn about the centre by `degrees` [N], counter-clockwise; uint8 [N, C, H, W] in and out.

    What comes in from outside is `fill`, uint8 [N, C], such as corner_colour(images); black when left out.
    """
    check_images(images)
    return sample(images, *rotate_at(*grid(images), degrees), fill=fill)


def scale(images: Tensor, factor: Tensor, fill: Tensor | None = None) -> Tensor:
    """Enlarge about the centre by `factor` [N] over 0; uint8 [N, C, H, W] in and out; `fill` as for rotate."""
    check_images(images)
    return sample(images, *scale_at(*grid(images), factor), fill=fill)
