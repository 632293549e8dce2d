"""From facts to pixels: `render` draws every photo from its row of facts and from nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ..names import pick
from . import animals, scenery
from .shapes import grid, turn
from .species import SPECIES, Species

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 32  # photos drawn at once: their canvases stay in the processor's cache
NUMBERS = ("scale", "rotation", "yaw", "shift_x", "shift_y", "light", "blur", "noise", "occlusion")
NEEDED = ("species", "individual", "photo", *NUMBERS, "background", "atypical")
SMALLEST = 16


def render(facts: pd.DataFrame, size: int = 64) -> Tensor:
    """The photos that `facts` describe, uint8 [N, 3, size, size]: the same facts, the same pixels.

    Needs the columns NEEDED and ignores every other. Raises ValueError when one is missing, when a species or
    a background is not known, or when size < 16.
    """
    _check(facts, size)
    traits = _uniform(facts["individual"].to_numpy(), len(animals.TRAITS)) * 2 - 1
    draws = _uniform(facts["photo"].to_numpy(), scenery.SCENE_DRAWS + 1)
    numbers = torch.from_numpy(facts[list(NUMBERS)].to_numpy(np.float64, copy=True))
    backgrounds = facts["background"].to_numpy(object)
    images = torch.empty(len(facts), 3, size, size, dtype=torch.uint8)
    for species, rows in _alike(facts, traits[:, :1]):
        for chunk in rows.split(CHUNK):
            photo = dict(zip(NUMBERS, numbers[chunk, :, None].unbind(1), strict=True))
            individual = dict(zip(animals.TRAITS, traits[chunk, :, None].unbind(1), strict=True))
            names = backgrounds[chunk.numpy()].tolist()
            images[chunk] = _photograph(species, individual, photo, names, draws[chunk], size)
    return images


def face_box(facts: pd.DataFrame, size: int = 64) -> pd.DataFrame:
    """Where the face is: columns x, y, radius in pixels, x from the left edge and y from the top one."""
    import pandas as pd

    half = size / 2
    x, y = (1 + facts["shift_x"]) * half, (1 + facts["shift_y"]) * half
    return pd.DataFrame({"x": x, "y": y, "radius": facts["scale"] * half})


def _check(facts: pd.DataFrame, size: int) -> None:
    if size < SMALLEST:
        raise ValueError(f"critters need at least {SMALLEST} pixels a side; got {size}: ask for more")
    missing = [name for name in NEEDED if name not in facts]
    if missing:
        raise ValueError(f"facts must have {', '.join(NEEDED)}; got none called {', '.join(missing)}: add it")
    for name in facts["species"].unique():
        pick(SPECIES, name, "species")
    for name in facts["background"].unique():
        pick(scenery.BACKGROUNDS, name, "background")


def _uniform(seeds: np.ndarray, count: int) -> Tensor:
    """`count` numbers 0…1 for each seed, float32 [N, count]: equal seeds, equal numbers."""
    different, where = np.unique(seeds.astype(np.int64), return_inverse=True)
    drawn = np.array([np.random.default_rng(seed).random(count) for seed in different.tolist()])
    return torch.from_numpy(drawn.reshape(-1, count)[where]).float()


def _alike(facts: pd.DataFrame, oddity: Tensor) -> list[tuple[Species, Tensor]]:
    """Each species, and each odd form of it, with the rows int64 [n] that show it."""
    species = facts["species"].to_numpy(object)
    atypical = torch.tensor(facts["atypical"].to_numpy(bool))
    found = []
    for name in sorted(set(species)):
        row = SPECIES[name]
        mine = torch.from_numpy(species == name)
        found.append((row, torch.nonzero(mine & ~atypical)[:, 0]))
        which = animals.choice(oddity, len(row.odd))
        for i, change in enumerate(row.odd):
            found.append((row._replace(**change), torch.nonzero(mine & atypical & (which == i))[:, 0]))
    return [(row, rows) for row, rows in found if len(rows)]


def _photograph(
    species: Species,
    individual: dict[str, Tensor],
    photo: dict[str, Tensor],
    backgrounds: list[str],
    draws: Tensor,
    size: int,
) -> Tensor:
    """One chunk of photos of animals built alike, uint8 [N, 3, size, size]."""
    x, y = grid(size)
    canvas = scenery.backdrop(backgrounds, draws, x, y, 2 / size)
    radius = photo["scale"].float()
    x, y = (x - photo["shift_x"].float()) / radius, (y - photo["shift_y"].float()) / radius
    pixel = 2 / (size * radius)
    angle = torch.deg2rad(photo["rotation"])
    u, v = turn(x, y, angle.cos().float(), angle.sin().float())
    animals.draw(canvas, species, individual, u, v, photo["yaw"].float(), pixel)
    scenery.occlude(canvas, photo["occlusion"].float(), draws, x, y, pixel)
    images = canvas.mul_(photo["light"].float()[:, None]).view(-1, 3, size, size)
    blurry = torch.nonzero(photo["blur"][:, 0] > 0)[:, 0]
    if len(blurry):
        images[blurry] = scenery.blurred(images[blurry], photo["blur"][blurry, 0] * size)
    grain = scenery.grain(draws[:, -1], 3 * size * size).view_as(images)
    images.addcmul_(grain, photo["noise"].float()[:, :, None, None])
    return images.clamp_(0, 1).mul_(255).round_().to(torch.uint8)
