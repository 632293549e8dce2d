"""critters: photos of animal faces whose every cause is known, and can be taken away again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..imageset import ImageSet
from ..names import pick
from .rendering import SMALLEST, face_box, render
from .scenery import BACKGROUNDS
from .species import SPECIES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["face_box", "is_hard", "make", "render"]

PHOTOS_EACH = 7  # of one individual, about
ATYPICAL_SHARE = 0.13  # of the individuals of a species
HARD_SHARE = 0.18  # of photos, which get a hard cause besides
SECOND_SHARE = 0.2  # of those, which get another

# A photo is hard when one of its facts lies beyond these; easy photos stay clear of them.
FAR, DARK, BLURRED, NOISY, OCCLUDED = 0.38, 0.55, 0.015, 0.07, 0.25

# Ranges that the facts are drawn from, uniformly: of an easy photo, and of one with that hard cause.
EASY = {
    "scale": (0.44, 0.58), "rotation": (-15, 15), "yaw": (-0.3, 0.3), "shift_x": (-0.16, 0.16),
    "shift_y": (-0.08, 0.2), "light": (0.8, 1.1), "blur": (0, 0), "noise": (0.0, 0.03), "occlusion": (0, 0),
}  # fmt: skip
HARD = {
    "scale": (0.25, 0.32), "light": (0.28, 0.42), "blur": (0.02, 0.032), "noise": (0.1, 0.18),
    "occlusion": (0.32, 0.5),
}  # fmt: skip


def make(n: int = 900, seed: int = 0, size: int = 64, species: Sequence[str] = ("cat", "dog", "panda")) -> ImageSet:
    """n photos, uint8 [n, 3, size, size], the species in equal numbers, about 7 photos of each individual.

    facts: id, group, source, species, individual, atypical, photo (seeds what no other fact tells), the pose
    (scale: head radius in half images; rotation: degrees clockwise; yaw: -1…1, 1 looks to the right; shift_x,
    shift_y: half images), light (1 is full), blur (sigma in image widths), noise (standard deviation, 1 is
    white), occlusion (share of the face that something covers), background.
    Raises ValueError for an unknown or repeated species, size < 16 and n < number of species.
    """
    species = _checked(n, size, species)
    facts = _facts(n, np.random.default_rng(seed), species)
    labels = torch.tensor([species.index(name) for name in facts["species"]])
    return ImageSet(render(facts, size), labels, species, facts, "critters")


def is_hard(facts: pd.DataFrame) -> pd.Series:
    """Which photos have a hard cause, bool [N]: far, dark, blurred, noisy, occluded, an atypical animal."""
    return (
        (facts["scale"] < FAR)
        | (facts["light"] < DARK)
        | (facts["blur"] > BLURRED)
        | (facts["noise"] > NOISY)
        | (facts["occlusion"] > OCCLUDED)
        | facts["atypical"].astype(bool)
    ).rename("hard")


def _checked(n: int, size: int, species: Sequence[str]) -> tuple[str, ...]:
    names = (species,) if isinstance(species, str) else tuple(species)
    for name in names:
        pick(SPECIES, name, "species")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"species must all be different; got {twice[0]!r} more than once: name each once")
    if not names:
        raise ValueError(f"critters need at least one species; got none: choose from {', '.join(SPECIES)}")
    if n < len(names):
        raise ValueError(f"n must be at least one photo per species, {len(names)}; got {n}: ask for more")
    if size < SMALLEST:
        raise ValueError(f"critters need at least {SMALLEST} pixels a side; got {size}: ask for more")
    return names


def _facts(n: int, rng: np.random.Generator, species: tuple[str, ...]) -> pd.DataFrame:
    """The facts of n photos in random order, balanced by species."""
    import pandas as pd

    counts = np.bincount(np.arange(n) % len(species))
    animals = [_animals(name, count, rng) for name, count in zip(species, counts, strict=True)]
    facts = pd.concat(animals, ignore_index=True).iloc[rng.permutation(n)].reset_index(drop=True)
    facts.insert(0, "id", [f"critter-{i:05d}" for i in range(n)])
    facts.insert(2, "source", "critters")
    facts["photo"] = rng.integers(2**31, size=n)
    facts["background"] = rng.choice(list(BACKGROUNDS), n)
    return facts.assign(**_causes(n, rng))


def _animals(name: str, photos: int, rng: np.random.Generator) -> pd.DataFrame:
    """Whom each photo of one species shows: group, species, individual, atypical."""
    import pandas as pd

    count = max(1, round(photos / PHOTOS_EACH))
    who = np.arange(photos) * count // photos
    odd = rng.permutation(count) < round(ATYPICAL_SHARE * count)
    return pd.DataFrame(
        {
            "group": [f"{name}-{i:04d}" for i in who],
            "species": name,
            "individual": rng.integers(2**31, size=count)[who],
            "atypical": odd[who],
        }
    )


def _causes(n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Pose and picture quality of n photos by the name of the fact, float64 [n] each."""
    drawn = {name: rng.uniform(low, high, n) for name, (low, high) in EASY.items()}
    how_many = (rng.random(n) < HARD_SHARE) * (1 + (rng.random(n) < SECOND_SHARE))
    rank = rng.permuted(np.tile(np.arange(len(HARD)), (n, 1)), axis=1)  # which cause comes first, second, …
    for turn, (name, (low, high)) in zip(rank.T, HARD.items(), strict=True):
        drawn[name] = np.where(turn < how_many, rng.uniform(low, high, n), drawn[name])
    return drawn
