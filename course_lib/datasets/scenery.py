"""What surrounds an animal: the background behind it, the occluder before it, and the camera that sees it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from .shapes import box, coverage, ellipse, leaf, line, paint, turn


class Background(NamedTuple):
    """One row: two areas that meet at a horizon, loose blobs, upright stripes; colours in hex.

    horizon  -1 (top) … 1 (bottom); fade: width of the transition, 2 is the whole picture
    blob     half width, half height, height at which they centre; 0 for no blobs
    stripes  how many pairs, 0 for none
    """

    above: str
    below: str
    horizon: float
    fade: float
    blob_colour: str = "#ffffff"
    blob: tuple[float, float, float] = (0.0, 0.0, 0.0)
    stripes: int = 0
    stripe_colour: str = "#ffffff"


BACKGROUNDS: dict[str, Background] = {
    "sky": Background("#7db9ea", "#d3ebf8", 0.0, 2.0, "#ffffff", (0.4, 0.16, -0.3)),
    "grass": Background("#b5dcf0", "#7fb356", -0.1, 0.1, "#f8e27a", (0.07, 0.06, 0.55)),
    "snow": Background("#b9cadb", "#eef3f8", 0.15, 0.3, "#ffffff", (0.06, 0.06, -0.2)),
    "dusk": Background("#3e3a6b", "#e88a6a", 0.1, 1.8, "#ffd9a0", (0.12, 0.12, 0.5)),
    "forest": Background("#5d8a66", "#3d5a3c", 0.3, 0.5, "#8fbf7a", (0.3, 0.22, -0.6), 4, "#4c4436"),
    "wall": Background("#e6d2bb", "#a9805c", 0.62, 0.06, "#ffffff", (0.0, 0.0, 0.0), 6, "#f3e4d2"),
    "sofa": Background("#dfe0da", "#8d5f7c", -0.05, 0.08, "#b3839f", (0.3, 0.26, 0.35)),
    "beach": Background("#8fd0e6", "#f0dcae", 0.2, 0.12, "#fff6dc", (0.14, 0.05, 0.6)),
}
BLOBS = 5
SCENE_DRAWS = 8 + 3 * BLOBS  # uniform numbers 0…1 that a photo needs for its background and occluder
OCCLUDERS = ("leaf", "fence", "hand", "box")
GRAIN_STARTS = 1 << 16  # where on the strip of film grain a photo may begin
REACH = 1.15  # occluders come in from this far out, in head radii: heads are a little wider than 1


def rgb(*colours: str) -> Tensor:
    """Hex colours as float32 [len(colours), 3] in 0…1."""
    return torch.tensor([_channels(colour) for colour in colours])


@cache
def _channels(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


def backdrop(names: list[str], draws: Tensor, x: Tensor, y: Tensor, pixel: float) -> Tensor:
    """Backgrounds by name as float32 [N, 3, P]; `draws` [N, SCENE_DRAWS] place the details."""
    rows = [BACKGROUNDS[name] for name in names]
    tint = 1 + 0.16 * (draws[:, 0:3] - 0.5)
    above, below, blob_colour, stripe_colour = (
        rgb(*(getattr(row, field) for row in rows)) * tint
        for field in ("above", "below", "blob_colour", "stripe_colour")
    )
    number = torch.tensor([(row.horizon, row.fade, *row.blob, row.stripes) for row in rows])
    horizon, fade, blob_w, blob_h, blob_y, stripes = number[:, :, None].unbind(1)
    horizon = horizon + 0.3 * (draws[:, 3:4] - 0.5)

    ground = coverage(horizon - y, fade)[:, None]
    canvas = torch.lerp(above[:, :, None], below[:, :, None], ground)
    phase = x * (stripes * 0.5) + draws[:, 4:5]
    wave = (phase - phase.floor() - 0.5).abs_().sub_(0.25)  # in periods: negative on a stripe
    visible = (stripes > 0) * coverage(y - horizon, fade)
    paint(canvas, coverage(wave, (0.5 * stripes * pixel).clamp(min=pixel)) * visible, stripe_colour)
    for i in range(BLOBS):
        across, height, growth = (draws[:, 8 + 3 * i + j, None] for j in range(3))
        w = (blob_w * (0.7 + 0.6 * growth)).clamp(min=pixel)
        h = (blob_h * (0.7 + 0.6 * growth)).clamp(min=pixel)
        centre = -1 + 2 * (i + across) / BLOBS
        alpha = coverage(ellipse(x - centre, y - blob_y - 0.8 * (height - 0.5), w, h), 0.3 * h + pixel)
        paint(canvas, alpha.mul_(0.75 * (blob_w > 0)), blob_colour)
    return canvas


def occlude(canvas: Tensor, share: Tensor, draws: Tensor, x: Tensor, y: Tensor, softness: Tensor) -> None:
    """Cover about `share` [N, 1] of each face, centred on (0, 0) with radius 1, in place."""
    kinds = (draws[:, 5] * len(OCCLUDERS)).long()
    for kind, name in enumerate(OCCLUDERS):
        rows = torch.nonzero((kinds == kind) & (share[:, 0] > 0))[:, 0]
        if len(rows):
            some = canvas[rows]
            cover, turns = _OCCLUDE[name]
            angle = 2 * np.pi * turns * draws[rows, 6:7].double()
            u, v = turn(x[rows], y[rows], angle.cos().float(), angle.sin().float())
            cover(some, share[rows], draws[rows, 7:8], u, v, softness[rows])
            canvas[rows] = some


def _leaf(canvas: Tensor, share: Tensor, tint: Tensor, u: Tensor, v: Tensor, soft: Tensor) -> None:
    w = REACH * share + 0.12
    u = u - (REACH - w)
    green = rgb("#5f9a3c") * (0.8 + 0.4 * tint)
    paint(canvas, coverage(leaf(u, v, w, w + 0.95), soft), green)
    paint(canvas, coverage(line(v, u, w + 0.7, torch.full_like(w, 0.03)), soft), green * 1.25)  # its midrib


def _fence(canvas: Tensor, share: Tensor, tint: Tensor, u: Tensor, v: Tensor, soft: Tensor) -> None:
    wood = rgb("#a07850") * (0.8 + 0.4 * tint)
    period = 0.62
    phase = u / period + tint
    across = (phase - phase.floor() - 0.5).abs_() * period
    paint(canvas, coverage((v.abs() - 0.55).abs_() - 0.06, soft), wood * 0.8)
    paint(canvas, coverage(across - 0.5 * period * share, soft), wood)


def _hand(canvas: Tensor, share: Tensor, tint: Tensor, u: Tensor, v: Tensor, soft: Tensor) -> None:
    skin = rgb("#8a5a40") + tint * (rgb("#f0c4a0") - rgb("#8a5a40"))
    reach = REACH - 2 * REACH * share  # where the finger tips are
    finger = ((v.abs() - 0.36).abs_() - 0.18).abs_()  # four fingers, folded into one
    half = torch.full_like(share, 0.5)
    palm = ellipse(u - reach - 1.25, v, 1.6 * half, 1.2 * half)
    hand = palm.minimum(line(u - reach - 0.7, finger, half, 0 * half))
    for thickness, colour in ((0.19, skin * 0.8), (0.15, skin)):
        paint(canvas, coverage(hand - thickness, soft), colour)


def _box(canvas: Tensor, share: Tensor, tint: Tensor, u: Tensor, v: Tensor, soft: Tensor) -> None:
    card = rgb("#c09a68") * (0.8 + 0.4 * tint)
    u = u - (REACH - 2 * REACH * share) - 1.5
    side = torch.full_like(share, 1.5)
    paint(canvas, coverage(box(u, v, side, side), soft), card)
    paint(canvas, coverage(box(u + 1.4, v, side - 1.4, side), soft), card * 0.8)  # its nearest edge
    paint(canvas, coverage(box(u, v, side, side - 1.3), soft), card * 1.12)  # tape


# By name: how it is painted, and from how much of the full circle it may come.
_OCCLUDE = {"leaf": (_leaf, 1.0), "fence": (_fence, 0.03), "hand": (_hand, 1.0), "box": (_box, 1.0)}


def blurred(images: Tensor, sigma: Tensor) -> Tensor:
    """`images` [N, C, H, W] under a Gaussian blur of `sigma` [N] pixels, each row its own."""
    reach = max(1, int(np.ceil(3 * float(sigma.max()))))
    steps = torch.arange(-reach, reach + 1).double()
    weights = torch.exp(-0.5 * (steps / sigma.double().clamp(min=1e-3)[:, None]) ** 2)
    weights *= steps.abs() <= torch.ceil(3 * sigma.double())[:, None]  # the same taps in any batch
    weights = (weights / weights.sum(1, keepdim=True)).float()
    for dim in (2, 3):
        pad = (0, 0, reach, reach) if dim == 2 else (reach, reach, 0, 0)
        padded = torch.nn.functional.pad(images, pad, mode="replicate")
        images = torch.zeros_like(images)
        for tap in range(2 * reach + 1):
            images += weights[:, tap, None, None, None] * padded.narrow(dim, tap, images.shape[dim])
    return images


def grain(starts: Tensor, length: int) -> Tensor:
    """Film grain, standard normal float32 [N, length]: a fixed strip, read from each row's start 0…1 on."""
    return _strip(length + GRAIN_STARTS).unfold(0, length, 1)[(starts * GRAIN_STARTS).long()]


@lru_cache(maxsize=4)
def _strip(length: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).standard_normal(length, dtype=np.float32))
