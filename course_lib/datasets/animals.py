"""One kind of animal at a time: its parts placed, sized and coloured for each individual, and painted."""

from __future__ import annotations

import torch
from torch import Tensor

from .parts import COLOURS, SLOTS, Shape
from .scenery import rgb
from .shapes import SHAPES, coverage, ellipse, paint, tilted
from .species import Species, shapes

SPOTS = 2
# What an individual is drawn with: uniform numbers -1…1, in this order.
TRAITS = (
    "oddity", "coat", "hue", "saturation", "brightness", "width", "scarf hue", "scarf shade",
    *(f"{slot} {what}" for slot in SLOTS for what in ("size", "spacing", "height")),
    *(f"spot {i} {what}" for i in range(SPOTS) for what in ("x", "y", "w", "h", "shade")),
)  # fmt: skip


def draw(
    canvas: Tensor,
    species: Species,
    individual: dict[str, Tensor],
    x: Tensor,
    y: Tensor,
    yaw: Tensor,
    pixel: Tensor,
) -> None:
    """Paint one animal on each `canvas` [N, 3, P], in place.

    individual  the TRAITS by name, float32 [N, 1]
    x, y        where each pixel lies, in head radii from the centre of the head, float32 [N, P]
    yaw, pixel  how far the face looks to the right, and the width of a pixel in head radii, float32 [N, 1]
    """
    colours = _colours(species, individual)
    x = x / (1 + 0.07 * individual["width"])
    animal = head = depth = torch.zeros_like(x)  # what the animal and its head cover; distance to its edge
    for slot, shape in shapes(species):
        distance = _distance(shape, slot, individual, x, y, yaw)
        alpha = coverage(distance, pixel + shape.soft)
        if shape.clip:
            alpha.mul_(head)
        else:
            animal = torch.maximum(animal, alpha)
        paint(canvas, alpha, colours[shape.colour])
        if slot == "head":
            head, depth = alpha, distance
            _spots(canvas, individual, x, y, head, colours, pixel)
    canvas.mul_((_shading(x, y, depth) * animal).add_(1)[:, None])


def choice(trait: Tensor, count: int) -> Tensor:
    """A trait -1…1, float32 [N, 1], as one of `count` numbers 0, 1, …, int64 [N]."""
    return ((trait[:, 0] + 1) * (count / 2)).long().clamp(max=count - 1)


def _distance(shape: Shape, slot: str, traits: dict[str, Tensor], x: Tensor, y: Tensor, yaw: Tensor) -> Tensor:
    """Signed distance to `shape` in head radii, [N, P], with the proportions of each individual."""
    ahead, sizes, spacings, heights = SLOTS[slot]
    size = 1 + sizes * traits[f"{slot} size"]
    spread = 1 + spacings * traits[f"{slot} spacing"]
    x = x - ahead * yaw
    x = x.abs_() if shape.mirror else x
    x, y = x.sub_(shape.x * spread), y - (shape.y + heights * traits[f"{slot} height"])
    x, y = tilted(x, y, shape.tilt)
    return SHAPES[shape.kind](x, y, shape.w * size, shape.h * size, shape.bend)


def _shading(x: Tensor, y: Tensor, depth: Tensor) -> Tensor:
    """What light adds to a round head, [N, P]: more on the upper left, less where the edge turns away."""
    edge = (0.5 + 1.4 * depth).clamp_(0, 1)  # 0 well inside the head, 1 from its edge outwards
    return 0.06 - 0.13 * y.clamp(-1.2, 1.2) - 0.05 * x.clamp(-1.2, 1.2) - 0.2 * edge.square_()


def _spots(
    canvas: Tensor,
    traits: dict[str, Tensor],
    x: Tensor,
    y: Tensor,
    head: Tensor,
    colours: dict[str, Tensor],
    pixel: Tensor,
) -> None:
    """Paint each individual's spots: patches of its coat that no other has in the same place."""
    for i in range(SPOTS):
        across, down, w, h, shade = (traits[f"spot {i} {what}"] for what in ("x", "y", "w", "h", "shade"))
        distance = ellipse(x - 0.75 * across, y - 0.75 * down, 0.24 + 0.12 * w, 0.24 + 0.12 * h)
        alpha = coverage(distance, pixel + 0.06).mul_(head * 0.7 * shade.abs())
        paint(canvas, alpha, torch.where(shade > 0, colours["light"], colours["dark"]))


def _colours(species: Species, traits: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every colour by name, float32 [N, 3] in 0…1: those of the individual, and those that all share."""
    count = len(traits["coat"])
    coats = torch.stack([rgb(*coat.split()) for coat in species.coats])  # [coats, 3, rgb]
    worn = coats[choice(traits["coat"], len(coats))]
    grey = worn.mean(2, keepdim=True)
    hue, saturation, brightness = (traits[name][:, :, None] for name in ("hue", "saturation", "brightness"))
    chroma = (worn - grey) * (1 + 0.25 * saturation)
    angle = torch.deg2rad(species.hues * hue)  # about the grey axis of the colour cube
    chroma = chroma * angle.cos() + (chroma.roll(1, 2) - chroma.roll(2, 2)) * (angle.sin() / 3**0.5)
    worn = ((grey + chroma) * (1 + 0.18 * brightness)).clamp(0, 1)
    named = dict(zip(("coat", "light", "dark"), worn.unbind(1), strict=True)) | {"scarf": _scarf(traits)}
    shared = {**COLOURS, "nose": species.nose, "iris": species.iris}
    painted = rgb(*shared.values())[:, None].expand(-1, count, 3)
    return named | dict(zip(shared, painted.unbind(0), strict=True))


def _scarf(traits: dict[str, Tensor]) -> Tensor:
    """A full colour from the individual's hue and shade, float32 [N, 3] in 0…1.

    Hue to RGB by three tents, Inigo Quilez, https://www.shadertoy.com/view/MsS3Wc.
    """
    corner = 3 * (traits["scarf hue"] + 1) + torch.tensor([0.0, 4.0, 2.0])
    tent = ((corner % 6 - 3).abs() - 1).clamp(0, 1)
    return (0.25 + 0.75 * tent) * (0.7 + 0.25 * traits["scarf shade"])
