"""The vocabulary of animal parts: each is a few shapes on a head of radius 1, for a species to name."""

from __future__ import annotations

from typing import NamedTuple

# From back to front; per slot: how far it sits in front of the centre of the head (it moves by yaw times
# that), and by how much an individual's may differ in size, in spacing and in height.
SLOTS = {
    "body": (-0.2, 0.05, 0.0, 0.0),
    "back": (-0.15, 0.08, 0.0, 0.0),
    "ears": (-0.1, 0.16, 0.06, 0.05),
    "head": (0.0, 0.0, 0.0, 0.0),
    "marks": (0.3, 0.14, 0.06, 0.03),
    "snout": (0.5, 0.12, 0.0, 0.04),
    "eyes": (0.35, 0.14, 0.1, 0.05),
    "front": (0.4, 0.05, 0.0, 0.0),
}

COLOURS = {
    "ink": "#2a2226",
    "white": "#fffdf8",
    "pink": "#f3a6ad",
    "rose": "#e8808c",
    "orange": "#f59a2c",
    "horn": "#e9dcc0",
    "line": "#5a4640",
}


class Shape(NamedTuple):
    """One painted shape; units are head radii from the centre of the head, x to the right, y down.

    kind    a distance function of shapes.py
    w, h    half width and half height (smile: radius and half thickness)
    colour  "coat", "light", "dark", "scarf" (the individual's), "nose", "iris" (the species') or of COLOURS
    tilt    degrees by which the top leans outwards
    mirror  drawn on both sides
    clip    only inside the head
    soft    width of the edge, 0 for a sharp one
    bend    see shapes.py
    over    painted over the head although its slot is behind
    """

    kind: str
    x: float
    y: float
    w: float
    h: float
    colour: str
    tilt: float = 0.0
    mirror: bool = False
    clip: bool = False
    soft: float = 0.0
    bend: float = 0.0
    over: bool = False


def one(kind: str, y: float, w: float, h: float, colour: str, x: float = 0.0, **more) -> Shape:
    """A single shape, on the midline unless x says otherwise."""
    return Shape(kind, x, y, w, h, colour, **more)


def pair(kind: str, x: float, y: float, w: float, h: float, colour: str, **more) -> Shape:
    """A shape and its mirror image."""
    return Shape(kind, x, y, w, h, colour, mirror=True, **more)


def eyes(x: float, y: float, *rings: tuple[float, str]) -> tuple[Shape, ...]:
    """A pair of eyes, rings of (radius, colour) from the outside in, each with a glint on its upper left."""
    glint = rings[-1][0] * 0.38
    return (
        *(pair("ellipse", x, y, r, r * 1.08, colour) for r, colour in rings),
        *(one("ellipse", y - glint, glint, glint, "white", x=side * x - glint) for side in (-1, 1)),
    )


def mouth(y: float, w: float, colour: str = "line") -> tuple[Shape, ...]:
    """Two smiles side by side under a short line, the mouth of most animals."""
    return (
        one("line", y - 0.05, 0.06, 0.02, colour, tilt=90),
        pair("smile", w, y, w, 0.022, colour),
    )


def nose(y: float, w: float, h: float) -> tuple[Shape, ...]:
    """A nose, narrower at the bottom, with a soft highlight."""
    return (
        one("ellipse", y, w, h, "nose", bend=0.35),
        one("ellipse", y - 0.4 * h, 0.45 * w, min(0.25 * h, 0.04), "white", x=-0.15 * w, soft=0.5 * w),
    )


WHISKERS = tuple(pair("line", 0.74, 0.36 + 0.002 * t, 0.3, 0.012, "white", tilt=t, bend=0.15) for t in (-14, 2, 18))
BLUSH = pair("ellipse", 0.66, 0.28, 0.18, 0.12, "pink", clip=True, soft=0.16)

SCARF = (
    one("ellipse", 1.32, 0.22, 0.44, "scarf", x=0.3, tilt=-16),
    one("ellipse", 0.96, 0.72, 0.34, "scarf"),
)

# The vocabulary: what may stand in each slot of a species.
PARTS: dict[str, dict[str, tuple[Shape, ...]]] = {
    "body": {
        "coat": (
            one("ellipse", 1.5, 0.82, 0.85, "coat"),
            one("ellipse", 1.6, 0.45, 0.6, "light", soft=0.1),
            *SCARF,
        ),
        "dark": (one("ellipse", 1.5, 0.88, 0.85, "dark"), *SCARF),
    },
    "back": {
        "mane": (one("curls", 0.02, 1.36, 1.3, "dark", bend=0.07),),
        "wool": (one("curls", -0.12, 1.14, 1.05, "light", bend=0.07),),
        "horns": (pair("leaf", 0.52, -0.95, 0.13, 0.42, "horn", tilt=28, bend=-0.25),),
    },
    "ears": {
        "pointed": (
            pair("leaf", 0.66, -0.66, 0.36, 0.72, "coat", tilt=20),
            pair("leaf", 0.66, -0.64, 0.21, 0.5, "pink", tilt=20),
        ),
        "large pointed": (
            pair("leaf", 0.66, -0.78, 0.38, 0.86, "dark", tilt=22),
            pair("leaf", 0.65, -0.7, 0.22, 0.6, "light", tilt=22),
        ),
        "round": (
            pair("ellipse", 0.72, -0.68, 0.35, 0.35, "coat"),
            pair("ellipse", 0.72, -0.67, 0.2, 0.2, "light"),
        ),
        "dark round": (
            pair("ellipse", 0.74, -0.7, 0.37, 0.37, "dark"),
            pair("ellipse", 0.74, -0.68, 0.2, 0.2, "line"),
        ),
        "huge round": (
            pair("ellipse", 0.95, -0.68, 0.58, 0.58, "coat"),
            pair("ellipse", 0.95, -0.66, 0.42, 0.42, "pink"),
        ),
        "fluffy": (
            pair("curls", 0.98, -0.45, 0.5, 0.48, "coat", bend=0.06),
            pair("ellipse", 0.98, -0.42, 0.28, 0.26, "light", soft=0.2),
        ),
        "flopped": (pair("ellipse", 0.9, 0.0, 0.29, 0.66, "dark", tilt=-14, bend=-0.25, over=True),),
        "long": (
            pair("ellipse", 0.42, -1.3, 0.25, 0.75, "coat", tilt=9),
            pair("ellipse", 0.42, -1.28, 0.14, 0.58, "pink", tilt=9),
        ),
        "folded": (pair("leaf", 0.66, -0.62, 0.3, 0.48, "dark", tilt=48, bend=0.4, over=True),),
        "sideways": (
            pair("leaf", 1.1, -0.36, 0.2, 0.44, "coat", tilt=102),
            pair("leaf", 1.1, -0.35, 0.11, 0.3, "pink", tilt=102),
        ),
        "side round": (
            pair("ellipse", 1.0, -0.02, 0.32, 0.34, "coat"),
            pair("ellipse", 1.0, 0.0, 0.2, 0.22, "light"),
        ),
        "fans": (
            pair("ellipse", 1.18, -0.1, 0.66, 0.8, "coat", tilt=-8),
            pair("ellipse", 1.2, -0.08, 0.5, 0.62, "pink", tilt=-8, soft=0.15),
        ),
        "tufts": (pair("leaf", 0.62, -0.86, 0.17, 0.46, "dark", tilt=24),),
        "none": (),
    },
    "head": {
        "round": (one("ellipse", 0.0, 1.0, 0.9, "coat"),),
        "wide": (one("ellipse", 0.0, 1.08, 0.92, "coat", bend=-0.08),),
        "narrow": (one("ellipse", 0.0, 0.86, 0.96, "coat", bend=-0.06),),
        "heart": (one("ellipse", 0.0, 1.02, 0.94, "coat", bend=0.28),),
        "pear": (one("ellipse", 0.05, 0.86, 0.98, "coat", bend=-0.22),),
        "flat": (one("ellipse", 0.1, 1.14, 0.78, "coat", bend=-0.12),),
    },
    "marks": {
        "tabby": (
            one("leaf", -0.66, 0.08, 0.26, "dark", clip=True),
            pair("leaf", 0.22, -0.66, 0.07, 0.22, "dark", tilt=10, clip=True),
            pair("leaf", 0.92, 0.1, 0.06, 0.24, "dark", tilt=78, clip=True),
            pair("leaf", 0.88, 0.36, 0.06, 0.22, "dark", tilt=98, clip=True),
        ),
        "tiger stripes": (
            one("leaf", -0.58, 0.1, 0.32, "dark", clip=True),
            pair("leaf", 0.26, -0.7, 0.09, 0.26, "dark", tilt=62, clip=True),
            pair("leaf", 0.3, -0.48, 0.08, 0.24, "dark", tilt=72, clip=True),
            pair("leaf", 0.92, -0.2, 0.1, 0.32, "dark", tilt=68, clip=True),
            pair("leaf", 0.92, 0.12, 0.1, 0.34, "dark", tilt=84, clip=True),
            pair("leaf", 0.84, 0.44, 0.1, 0.3, "dark", tilt=102, clip=True),
            pair("ellipse", 0.36, -0.16, 0.24, 0.26, "light", clip=True),
        ),
        "eye patches": (pair("ellipse", 0.42, -0.06, 0.25, 0.34, "dark", tilt=30, clip=True),),
        "mask": (
            pair("ellipse", 0.46, -0.36, 0.5, 0.3, "light", tilt=12, clip=True),
            pair("ellipse", 0.5, -0.06, 0.48, 0.24, "dark", tilt=66, clip=True),
            one("leaf", -0.5, 0.1, 0.42, "dark", clip=True),
        ),
        "cheeks": (pair("ellipse", 0.66, 0.46, 0.52, 0.42, "light", tilt=-34, clip=True),),
        "blaze": (one("ellipse", -0.45, 0.17, 0.66, "light", clip=True, bend=-0.3),),
        "face": (
            pair("ellipse", 0.32, -0.1, 0.42, 0.42, "light", clip=True),
            one("ellipse", 0.42, 0.66, 0.46, "light", clip=True),
        ),
        "discs": (pair("ellipse", 0.38, -0.1, 0.46, 0.5, "light", clip=True),),
        "patch": (
            one("ellipse", -0.3, 0.42, 0.5, "dark", x=-0.5, tilt=-20, clip=True),
            one("ellipse", -0.62, 0.3, 0.3, "dark", x=0.6, clip=True),
        ),
        "blush": (BLUSH,),
    },
    "snout": {
        "cat": (pair("ellipse", 0.16, 0.38, 0.24, 0.2, "light"), *nose(0.22, 0.12, 0.085), *mouth(0.35, 0.1)),
        "dog": (
            one("ellipse", 0.7, 0.14, 0.22, "rose"),
            one("ellipse", 0.4, 0.42, 0.36, "light"),
            *nose(0.18, 0.21, 0.15),
            *mouth(0.42, 0.15),
        ),
        "bear": (one("ellipse", 0.38, 0.36, 0.29, "light"), *nose(0.26, 0.16, 0.11), *mouth(0.42, 0.1)),
        "fox": (one("ellipse", 0.46, 0.3, 0.38, "light", bend=0.2), *nose(0.6, 0.13, 0.1)),
        "big cat": (
            one("ellipse", 0.62, 0.26, 0.22, "light"),
            pair("ellipse", 0.2, 0.42, 0.28, 0.23, "light"),
            *nose(0.24, 0.19, 0.12),
            *mouth(0.42, 0.12),
        ),
        "rabbit": (
            pair("box", 0.06, 0.58, 0.052, 0.11, "white"),
            pair("ellipse", 0.15, 0.4, 0.21, 0.17, "light"),
            *nose(0.26, 0.09, 0.07),
            *mouth(0.38, 0.08),
        ),
        "mouse": (
            one("ellipse", 0.42, 0.26, 0.24, "light", soft=0.1),
            *nose(0.36, 0.13, 0.11),
            *mouth(0.52, 0.07),
        ),
        "koala": (
            one("ellipse", 0.52, 0.3, 0.2, "light", soft=0.1),
            *nose(0.2, 0.2, 0.34),
            *mouth(0.6, 0.09),
        ),
        "pig": (
            one("ellipse", 0.3, 0.42, 0.3, "dark"),
            pair("ellipse", 0.15, 0.3, 0.075, 0.12, "nose"),
            one("smile", 0.6, 0.14, 0.025, "line"),
        ),
        "cow": (
            one("ellipse", 0.58, 0.68, 0.38, "pink"),
            pair("ellipse", 0.28, 0.48, 0.09, 0.11, "nose", tilt=30),
            one("smile", 0.66, 0.2, 0.025, "nose"),
        ),
        "sheep": (*nose(0.34, 0.14, 0.09), *mouth(0.48, 0.09, "nose")),
        "monkey": (
            pair("ellipse", 0.05, 0.24, 0.03, 0.025, "nose"),
            one("line", 0.52, 0.3, 0.025, "nose", bend=-0.35),
        ),
        "frog": (
            pair("ellipse", 0.09, 0.12, 0.03, 0.03, "nose"),
            one("line", 0.48, 0.62, 0.03, "nose", bend=-0.36),
            one("ellipse", 0.8, 0.5, 0.14, "light", clip=True, soft=0.15),
        ),
        "beak": (
            one("leaf", 0.24, 0.15, 0.28, "orange"),
            one("leaf", 0.18, 0.05, 0.16, "horn", x=-0.04, soft=0.06),
        ),
        "bill": (
            one("leaf", 0.3, 0.15, 0.34, "orange", tilt=90, bend=0.1),
            one("line", 0.31, 0.26, 0.018, "line", bend=-0.1),
        ),
        "trunk": (
            one("ellipse", 0.68, 0.27, 0.82, "coat", bend=0.25),
            *(one("line", y, 0.15, 0.02, "dark", bend=-0.12) for y in (0.4, 0.62, 0.84, 1.06)),
        ),
    },
    "eyes": {
        "dots": eyes(0.36, -0.1, (0.13, "ink")),
        "small": eyes(0.34, -0.04, (0.1, "ink")),
        "large": eyes(0.38, -0.06, (0.17, "ink")),
        "patched": eyes(0.38, -0.06, (0.13, "white"), (0.115, "ink")),
        "brown": eyes(0.36, -0.12, (0.17, "white"), (0.15, "iris"), (0.1, "ink")),
        "cat": (
            pair("ellipse", 0.4, -0.08, 0.22, 0.2, "line"),
            pair("ellipse", 0.4, -0.08, 0.2, 0.18, "iris"),
            pair("leaf", 0.4, -0.08, 0.075, 0.19, "ink"),
            *(one("ellipse", -0.15, 0.055, 0.055, "white", x=x) for x in (-0.46, 0.34)),
        ),
        "rings": eyes(0.38, -0.12, (0.34, "white"), (0.29, "iris"), (0.17, "ink")),
        "bulging": (
            pair("ellipse", 0.58, -0.68, 0.4, 0.38, "coat"),
            *eyes(0.58, -0.7, (0.29, "white"), (0.18, "ink")),
        ),
    },
    "front": {
        "whiskers": WHISKERS,
        "tusks": (pair("leaf", 0.34, 0.72, 0.1, 0.36, "white", tilt=162, bend=0.3),),
        "fleece": (one("curls", -0.74, 0.56, 0.34, "light", bend=0.1),),
        "quiff": (one("leaf", -0.92, 0.1, 0.26, "dark", tilt=24),),
    },
}
