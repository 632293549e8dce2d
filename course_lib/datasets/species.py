"""The table of species: one row each, which names its parts and its coats."""

from __future__ import annotations

from typing import NamedTuple

from .parts import PARTS, SLOTS, Shape


class Species(NamedTuple):
    """One row of the table: a name out of PARTS per slot (marks and front take several), and the colours.

    coats   "coat light dark" in hex, one of which an individual wears
    nose    hex colour of the nose; iris: of the eyes
    hues    degrees by which the hue of an individual's coat may be turned to either side
    odd     the {field: value} changes of which an atypical individual has one, mostly borrowed from others
    """

    coats: tuple[str, ...]
    odd: tuple[dict[str, object], ...]
    head: str = "round"
    ears: str = "round"
    marks: tuple[str, ...] = ()
    snout: str = "bear"
    eyes: str = "dots"
    front: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    body: str = "coat"
    nose: str = "#3a2c2c"
    iris: str = "#7a4a24"
    hues: float = 15


PANDA_COATS = ("#f8f5ef #ffffff #2e2b31", "#f2ede2 #fffdf6 #3a3236", "#fbfaf7 #ffffff #23252d")
# Coats that any of the three may wear, from cream and ginger over browns to slate: no species is told by them.
ODD = {
    "coats": (
        "#d9b98c #fff3dc #8c6236",
        "#c9743c #ffe8cf #5e3320",
        "#93694a #e0c19c #4e3424",
        "#8f8aa3 #e4e0ee #4b4660",
        "#5f7f86 #d6e6e6 #33474c",
    ),
    "hues": 30,
}

SPECIES: dict[str, Species] = {
    "cat": Species(
        coats=(
            "#9a9aa2 #eeeae4 #55565f",
            "#f0a04b #fff0dc #c2691f",
            "#4a474d #8f8b90 #2b292e",
            "#efe3d0 #fffaf2 #a88b6c",
            "#8a6d55 #e3d2bd #4a382c",
        ),
        ears="pointed",
        marks=("tabby", "blush"),
        snout="cat",
        eyes="cat",
        front=("whiskers",),
        nose="#e77f8a",
        iris="#a9cf54",
        odd=(
            ODD | {"ears": "flopped", "eyes": "dots"},
            ODD | {"ears": "flopped", "head": "narrow", "marks": ()},
            ODD | {"ears": "flopped", "head": "narrow", "marks": ("blaze",), "snout": "bear"},
            ODD | {"ears": "dark round", "marks": ("eye patches",), "eyes": "patched"},
            ODD | {"ears": "dark round", "marks": ("eye patches",), "body": "dark"},
        ),
    ),
    "dog": Species(
        coats=(
            "#c98d54 #f7e6cd #7a4a28",
            "#e9c78f #fff4de #b9854a",
            "#5b4338 #c9a183 #33241f",
            "#f3ece2 #fffdf8 #8a6244",
            "#8d8a8c #ece8e4 #4b484c",
        ),
        head="narrow",
        ears="flopped",
        marks=("blaze",),
        snout="dog",
        eyes="dots",
        odd=(
            ODD | {"ears": "pointed", "snout": "cat"},
            ODD | {"ears": "pointed", "marks": ("tabby",), "eyes": "cat"},
            ODD | {"ears": "pointed", "front": ("whiskers",)},
            ODD | {"ears": "dark round", "marks": ("eye patches",), "eyes": "patched"},
            ODD | {"ears": "dark round", "marks": ("eye patches",), "body": "dark"},
        ),
    ),
    "panda": Species(
        coats=PANDA_COATS,
        head="wide",
        ears="dark round",
        marks=("eye patches",),
        snout="bear",
        eyes="patched",
        body="dark",
        odd=(
            ODD | {"ears": "flopped", "marks": ("eye patches", "blaze")},
            ODD | {"ears": "flopped", "eyes": "dots", "body": "coat"},
            ODD | {"eyes": "dots", "body": "coat"},
            ODD | {"ears": "pointed", "marks": ("eye patches", "blush"), "body": "coat"},
            ODD | {"ears": "pointed", "eyes": "dots"},
        ),
    ),
    "fox": Species(
        coats=("#e8752b #fff6ea #3a2a26", "#d9622a #fdeedd #2f2322"),
        head="heart",
        ears="large pointed",
        marks=("cheeks",),
        snout="fox",
        odd=({"coats": ("#d9dde6 #ffffff #8a93a6",)},),
    ),
    "rabbit": Species(
        coats=("#cdb8a4 #fff7ee #8d7866", "#f4f1ee #ffffff #c9bfb8", "#9a9299 #ece7ea #655e66"),
        head="pear",
        ears="long",
        marks=("blush",),
        snout="rabbit",
        eyes="large",
        front=("whiskers",),
        nose="#ee8d98",
        odd=({"ears": "flopped"},),
    ),
    "bear": Species(
        coats=("#8b5a34 #e3bf92 #5a3720", "#6b4630 #d0a67d #402818"),
        head="wide",
        odd=({"coats": ("#e6e4de #ffffff #a5a39d",)},),
    ),
    "koala": Species(
        coats=("#9aa0aa #e9ebee #6d737d", "#aaa49f #f0ece8 #79736e"),
        head="wide",
        ears="fluffy",
        snout="koala",
        eyes="small",
        nose="#332f38",
        odd=({"ears": "round"},),
    ),
    "mouse": Species(
        coats=("#a9a5ac #f0edef #6f6b72", "#b89a80 #f6e8da #7c634e", "#f1efee #ffffff #bbb5b3"),
        head="heart",
        ears="huge round",
        marks=("blush",),
        snout="mouse",
        front=("whiskers",),
        nose="#ef7f8f",
        odd=({"ears": "long"},),
    ),
    "pig": Species(
        coats=("#f7b3b6 #ffd5d3 #ea8d96", "#f4c0b0 #ffddd0 #e2978a"),
        ears="folded",
        marks=("blush",),
        snout="pig",
        eyes="small",
        nose="#a8525e",
        odd=({"coats": ("#5a5055 #8d8087 #3f373b",)},),
    ),
    "lion": Species(
        coats=("#f0b95b #fff0d0 #a9591f", "#e5ad62 #fbe8c8 #7d4520"),
        marks=(),
        snout="big cat",
        eyes="brown",
        back=("mane",),
        iris="#b8741f",
        nose="#6b3b30",
        odd=({"back": ()},),
    ),
    "tiger": Species(
        coats=("#f28c2e #fff5e6 #2b2323", "#e87d2a #ffeeda #3a2822"),
        marks=("tiger stripes", "cheeks"),
        snout="big cat",
        eyes="brown",
        iris="#c9a227",
        nose="#d9737a",
        front=("whiskers",),
        odd=({"coats": ("#f2f2f0 #ffffff #33343a",)},),
    ),
    "monkey": Species(
        coats=("#7a4e31 #f2cfa6 #4e301d", "#5a4238 #e6bd98 #3a2822"),
        ears="side round",
        marks=("face",),
        snout="monkey",
        front=("quiff",),
        eyes="large",
        nose="#5b3527",
        odd=({"ears": "round"},),
    ),
    "raccoon": Species(
        coats=("#8f9096 #f4f2ee #2f2f36", "#94897f #f2ece4 #352d2c"),
        head="heart",
        ears="round",
        marks=("mask",),
        snout="fox",
        eyes="patched",
        odd=({"marks": ("cheeks",)},),
    ),
    "frog": Species(
        coats=("#79b94a #d8efa8 #4d8a2c", "#59a86b #cfeec0 #35774a"),
        head="flat",
        ears="none",
        marks=("blush",),
        snout="frog",
        eyes="bulging",
        nose="#2f5a22",
        odd=({"coats": ("#e2703a #ffe0b8 #a8441f",)},),
    ),
    "owl": Species(
        coats=("#94663f #f0d9b5 #5c3c24", "#8a7a6c #ece2d4 #544a42"),
        head="wide",
        ears="tufts",
        marks=("discs",),
        snout="beak",
        eyes="rings",
        iris="#f2b320",
        odd=({"ears": "none"},),
    ),
    "penguin": Species(
        coats=("#2f3947 #fdfdfb #1f2733", "#3f4f6b #ffffff #2a3650"),
        head="round",
        ears="none",
        marks=("face", "blush"),
        snout="bill",
        eyes="dots",
        odd=({"coats": ("#b9bcc2 #ffffff #8a8d94",)},),
    ),
    "cow": Species(
        coats=("#f7f3ee #ffffff #3a3336", "#fbf6ee #ffffff #8a5232"),
        head="narrow",
        ears="sideways",
        marks=("patch",),
        snout="cow",
        back=("horns",),
        eyes="dots",
        nose="#a65a62",
        odd=({"marks": (), "back": ()},),
    ),
    "sheep": Species(
        coats=("#4a4044 #f6f0e4 #332b2f", "#f0d6bd #fffaf0 #c79e7f"),
        head="narrow",
        ears="sideways",
        snout="sheep",
        eyes="patched",
        back=("wool",),
        front=("fleece",),
        nose="#e59a9a",
        odd=({"front": ()},),
    ),
    "elephant": Species(
        coats=("#9aa5b3 #c9d0d9 #6f7a89", "#a8a0a0 #d6cfcd #7b7272"),
        ears="fans",
        snout="trunk",
        front=("tusks",),
        eyes="small",
        odd=({"front": ()},),
    ),
}


def shapes(species: Species) -> list[tuple[str, Shape]]:
    """The (slot, shape) pairs of a species in painting order, what lies behind the head first."""
    found = []
    for slot in SLOTS:
        names = getattr(species, slot)
        for name in (names,) if isinstance(names, str) else names:
            found += [(slot, shape) for shape in PARTS[slot][name]]
    order = list(SLOTS)
    return sorted(found, key=lambda part: order.index("head") + 0.5 if part[1].over else order.index(part[0]))
