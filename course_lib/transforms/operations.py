"""OPERATIONS: what each transform is called, what its strength means, and how random numbers become parameters."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import torch
from torch import Tensor

from ..names import pick
from . import colour, geometry, mixing

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Operation:
    """One kind of change, and how a strength in 0…1 and random numbers in -1…1 become its parameters.

    function    takes images uint8 [N, C, H, W] and the parameters, [N] each; gives images. Those that mix take and
                give targets too.
    kind        "geometric" (viewpoint), "colour" (light and picture quality) or "mixed" (covers or blends)
    unit        what strength 1 means
    parameters  (drawn [N, columns], strength, (C, H, W)) → the function's parameters
    columns     random numbers per image; the first `magnitudes` of them say how strong and in which direction,
                the others where
    at          geometric ones: where the pixels come from, so that several become one sampling
    whole       moves whole pixels, never interpolates
    inside      reads nothing from outside the image; the others fill in the colour of the image's corners
    switch      either done or not: its strength is the share of images that are changed
    mixes       mixes labels
    """

    function: Callable
    kind: str
    unit: str
    parameters: Callable[[Tensor, float, Shape], tuple]
    columns: int = 1
    magnitudes: int = 1
    at: Callable | None = None
    whole: bool = False
    inside: bool = False
    switch: bool = False
    mixes: bool = False

    def change(self, images: Tensor, drawn: Tensor, strength: float) -> Tensor:
        """uint8 [N, C, H, W] changed as `drawn` [N, columns] says; for operations that do not mix labels."""
        parameters = self.parameters(drawn, strength, tuple(images.shape[1:]))
        fill = {} if self.at is None or self.inside else {"fill": geometry.corner_colour(images)}
        return self.function(images, *parameters, **fill)


def _switch(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor]:
    return (drawn[:, 0] < 2 * strength - 1,)


def _shift(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor, Tensor]:
    return (drawn[:, 0] * (strength * shape[2])).round_(), (drawn[:, 1] * (strength * shape[1])).round_()


def _crop(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor, ...]:
    _, height, width = shape
    cut = drawn[:, 0].abs() * (0.75 * strength)  # share of the side that is cut away
    where = drawn[:, 1:3] * 0.5 + 0.5
    return where[:, 0] * cut * height, where[:, 1] * cut * width, height * (1 - cut), width * (1 - cut)


def _degrees(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor]:
    return (drawn[:, 0] * (180 * strength),)


def _scale(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor]:
    return (torch.exp2(drawn[:, 0] * strength),)


def _factor(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor]:
    return (drawn[:, 0] * strength + 1,)


def _hue(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor]:
    return (drawn[:, 0] * (0.5 * strength),)


def _noise(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor, Tensor]:
    start = ((drawn[:, 1] + 1) * (colour.NOISE_STARTS / 2)).long().clamp_(0, colour.NOISE_STARTS - 1)
    return drawn[:, 0].abs() * (0.25 * strength), start


def _blur(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor, int]:
    side = min(shape[1:])
    radius = min(max(1, math.ceil(2.5 * strength * side / 16)), side - 1)
    return drawn[:, 0].abs() * (strength * side / 16), radius


def _cutout(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor, ...]:
    _, height, width = shape
    tall, wide = ((drawn[:, 0].abs() * (strength * side)).round_() for side in (height, width))
    middle = drawn[:, 1:3] * 0.5 + 0.5
    return (middle[:, 0] * height - tall / 2).round_(), (middle[:, 1] * width - wide / 2).round_(), tall, wide


def _mixup(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor]:
    return (drawn[:, 0].abs() * (0.5 * strength),)


def _cutmix(drawn: Tensor, strength: float, shape: Shape) -> tuple[Tensor, ...]:
    _, height, width = shape
    side = (drawn[:, 0].abs() * (0.5 * strength)).sqrt()
    tall, wide = (side * height).round_(), (side * width).round_()
    where = drawn[:, 1:3] * 0.5 + 0.5
    return (where[:, 0] * (height - tall)).round_(), (where[:, 1] * (width - wide)).round_(), tall, wide


def _geometric(name: str, unit: str, parameters: Callable, columns: int = 1, magnitudes: int = 1, **how) -> Operation:
    function, at = getattr(geometry, name), getattr(geometry, f"{name}_at")
    return Operation(function, "geometric", unit, parameters, columns, magnitudes, at, **how)


def _colour(name: str, unit: str, parameters: Callable, columns: int = 1, **how) -> Operation:
    return Operation(getattr(colour, name), "colour", unit, parameters, columns, **how)


# An operation is one line here. The order is that of tables and pictures; a Policy has its own.
OPERATIONS: dict[str, Operation] = {
    "hflip": _geometric("hflip", "every image mirrored", _switch, whole=True, inside=True, switch=True),
    "vflip": _geometric("vflip", "every image upside down", _switch, whole=True, inside=True, switch=True),
    "shift": _geometric("shift", "by up to the image's side, across and down", _shift, 2, 2, whole=True),
    "crop_resize": _geometric("crop_resize", "a box down to a quarter of the side", _crop, 3, inside=True),
    "rotate": _geometric("rotate", "by up to ±180 degrees", _degrees),
    "scale": _geometric("scale", "half to double size", _scale),
    "brightness": _colour("brightness", "times 0 to 2", _factor),
    "contrast": _colour("contrast", "times 0 to 2", _factor),
    "saturation": _colour("saturation", "times 0 to 2", _factor),
    "hue": _colour("hue", "by up to half the colour circle", _hue),
    "grayscale": _colour("grayscale", "every image without colour", _switch, switch=True),
    "noise": _colour("noise", "standard deviation up to a quarter of white", _noise, 2),
    "blur": _colour("blur", "standard deviation up to a sixteenth of the side", _blur),
    "cutout": Operation(mixing.cutout, "mixed", "a black square up to the image's side", _cutout, 3),
    "mixup": Operation(mixing.mixup, "mixed", "up to half of another image", _mixup, mixes=True),
    "cutmix": Operation(mixing.cutmix, "mixed", "up to half the area from another image", _cutmix, 3, mixes=True),
}


def checked(name: str, strength: float) -> float:
    """`strength` as a float; ValueError for an unknown operation, and for a strength that is not in 0…1."""
    pick(OPERATIONS, name, "operation")
    if not isinstance(strength, Real) or not 0 <= strength <= 1:  # NaN is not in 0…1 either
        raise ValueError(f"the strength of {name} must lie in 0…1; got {strength!r}: 0 does nothing, 0.3 is moderate")
    return float(strength)
