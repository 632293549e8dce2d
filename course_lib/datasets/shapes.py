"""Batched signed distance functions, negative inside, and the soft-edged painting that makes them pixels."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

TINY = 1e-6  # keeps a division by the distance from the centre of a shape away from 0 / 0


def grid(size: int) -> tuple[Tensor, Tensor]:
    """Pixel centres as x and y, float32 [1, size·size] each, -1…1 from left to right and top to bottom."""
    steps = (torch.arange(size, dtype=torch.float32) + 0.5) * (2 / size) - 1
    return steps.repeat(size)[None], steps.repeat_interleave(size)[None]


def turn(x: Tensor, y: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """The points (x, y) seen by somebody who leans to the right by the angle with this cosine and sine."""
    return (x * cos).addcmul_(y, sin), (y * cos).addcmul_(x, -sin)


def tilted(x: Tensor, y: Tensor, degrees: float) -> tuple[Tensor, Tensor]:
    """The points (x, y) as a shape sees them whose top leans to the right by `degrees`."""
    if degrees == 0:
        return x, y
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (x * cos).add_(y, alpha=sin), (y * cos).sub_(x, alpha=sin)


# The distance functions. x, y float32 [N, P], centred on the shape; w, h float32 [N, 1], half width and half
# height; all in one unit. Each gives the distance to the edge, float32 [N, P], in that unit.


def ellipse(x: Tensor, y: Tensor, w: Tensor, h: Tensor, bend: float = 0.0) -> Tensor:
    """An ellipse; `bend` > 0 narrows it towards the bottom, < 0 towards the top.

    First-order distance f / |grad f| of f = (x/w)² + (y/h)² - 1: exact on the edge, close beside it.
    Inigo Quilez, https://iquilezles.org/articles/distance.
    """
    u, v = x * (1 / w), y * (1 / h)
    if bend:
        u = u.div_((1 - bend * v).clamp_(min=0.3))
    u, v = u.square_(), v.square_()
    slope = (u * (2 / w).square()).addcmul_(v, (2 / h).square()).add_(TINY).sqrt_()
    return u.add_(v).sub_(1).div_(slope)


def leaf(x: Tensor, y: Tensor, w: Tensor, h: Tensor, bend: float = 0.0) -> Tensor:
    """Two arcs that meet in a tip above and below; `bend` slides the tips sideways.

    The vesica of Inigo Quilez, https://iquilezles.org/articles/distfunctions2d, less its case for the tips.
    """
    radius = (w * w + h * h) / (2 * w)
    u = (x - bend * y * y / h).abs_() if bend else x.abs()
    u = u.add_(radius - w)
    return (u * u).addcmul_(y, y).sqrt_().sub_(radius)


def line(x: Tensor, y: Tensor, w: Tensor, h: Tensor, bend: float = 0.0) -> Tensor:
    """A level stroke of half length w and half thickness h with round ends; `bend` lowers or lifts the ends.

    The segment of Inigo Quilez, https://iquilezles.org/articles/distfunctions2d.
    """
    if bend:
        y = y - bend * x * x / w
    u = (x.abs() - w).clamp_(min=0)
    return (u * u).addcmul_(y, y).sqrt_().sub_(h)


def smile(x: Tensor, y: Tensor, w: Tensor, h: Tensor, bend: float = 0.0) -> Tensor:
    """The lower half of a ring of radius w, drawn with half thickness h."""
    ring = (x * x).addcmul_(y, y).sqrt_().sub_(w).abs_().sub_(h)
    return ring.maximum(-y)


def curls(x: Tensor, y: Tensor, w: Tensor, h: Tensor, bend: float = 0.0) -> Tensor:
    """An ellipse whose edge waves in and out 16 times, `bend` of its radius deep: a mane, a fleece.

    cos 16a from cos a by doubling the angle four times: exact arithmetic, the same in any batch.
    """
    u, v = x / w, y / h
    squared = (u * u).addcmul_(v, v).add_(TINY)
    wave = (u * u).div_(squared).mul_(2).sub_(1)  # cos 2a
    for _ in range(3):
        wave = (wave * wave).mul_(2).sub_(1)
    return squared.sqrt_().sub_(1).sub_(wave.mul_(bend)).mul_(w.minimum(h))


def box(x: Tensor, y: Tensor, w: Tensor, h: Tensor, bend: float = 0.0) -> Tensor:
    """A rectangle, by the larger of its two distances: the corners outside are square, not round."""
    return (x.abs() - w).maximum(y.abs() - h)


SHAPES: dict[str, Callable[..., Tensor]] = {f.__name__: f for f in (ellipse, leaf, line, smile, curls, box)}


def coverage(distance: Tensor, softness: Tensor) -> Tensor:
    """How much of each pixel a shape covers, float32 [N, P] in 0…1: an edge `softness` [N, 1] units wide."""
    return (distance * (-1 / softness)).add_(0.5).clamp_(0, 1)


def paint(canvas: Tensor, alpha: Tensor, colour: Tensor) -> None:
    """Lay `colour` [N, 3] over `canvas` [N, 3, P] in place, with opacity `alpha` [N, P]."""
    canvas.lerp_(colour[:, :, None], alpha[:, None])
