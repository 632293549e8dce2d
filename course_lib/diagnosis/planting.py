"""Planting a fault on purpose, so that one can see what it looks like and measure whether it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from ..augment import Policy
from ..datasets import critters
from ..datasets.rendering import NEEDED
from ..imageset import ImageSet
from ..names import pick
from ..splits import Split

MARK = 3  # pixels at the edge


@dataclass(frozen=True, eq=False)
class Planted:
    """A split and the settings of a training that has a fault: `fit(model, split.train, split.val, **settings)`."""

    fault: str
    split: Split
    settings: dict = field(default_factory=dict)


def plant(split: Split, fault: str, strength: float = 1.0, seed: int = 0) -> Planted:
    """The split and the settings of `fit` with `fault`, one of FAULTS, in it; `strength` 0…1, 1 is the most.

    The given split stays as it is. Raises ValueError for an unknown fault, a strength outside 0…1, and a fault that
    these images cannot have.
    """
    make = pick(PLANTS, fault, "fault")
    if not 0 < strength <= 1:
        raise ValueError(f"strength must be over 0 and at most 1; got {strength!r}: 1 is the clearest case")
    changed, settings = make(split, strength, np.random.default_rng(seed))
    return Planted(fault, changed, settings | {"seed": seed})


def _underfitting(split: Split, strength: float, rng: np.random.Generator) -> tuple[Split, dict]:
    """Half of the cases too short a training, half too much weight decay."""
    if rng.random() < 0.5:
        return split, {"epochs": 2 if strength < 1 else 1}
    return split, {"weight_decay": 20 + 30 * strength}


def _overfitting(split: Split, strength: float, rng: np.random.Generator) -> tuple[Split, dict]:
    """So few train images that a long training learns them by heart, in half of the cases without regularisation."""
    each = round(16 - 10 * strength)
    rows = np.concatenate(
        [np.flatnonzero(split.train.labels == label)[:each] for label in range(len(split.train.classes))]
    )
    settings = {"epochs": 40, "patience": 40}
    if rng.random() < 0.5:
        settings |= {"schedule": "constant", "weight_decay": 0.0, "label_smoothing": 0.0}
    return replace(split, train=split.train[np.sort(rows)]), settings


def _too_high(split: Split, strength: float, rng: np.random.Generator) -> tuple[Split, dict]:
    """10^-1 to 1, and no schedule that would mend it at the end."""
    return split, {"lr": 10 ** (strength - 1), "schedule": "constant"}


def _too_low(split: Split, strength: float, rng: np.random.Generator) -> tuple[Split, dict]:
    return split, {"lr": 10 ** (-3.5 - 1.5 * strength)}


def _leakage(split: Split, strength: float, rng: np.random.Generator) -> tuple[Split, dict]:
    """Train images come back in val and test, a little lighter or darker; or photos of the same groups do."""
    if split.train.facts["group"].duplicated().any() and rng.random() < 0.5:
        return _mixed_groups(split, strength, rng), {}
    lighter = Policy(brightness=0.15)
    parts = {}
    for part in ("val", "test"):
        images = getattr(split, part)
        rows = rng.choice(len(images), max(1, round(0.4 * strength * len(images))), replace=False)
        source = split.train[rng.choice(len(split.train), len(rows))]
        pixels, labels = images.images.clone(), images.labels.clone()
        pixels[rows], labels[rows] = lighter(source.images, seed=int(rng.integers(2**31))), source.labels
        facts = images.facts.astype(object)  # a category of its own part would refuse another's
        shared = [name for name in facts if name not in ("id", "group")]
        facts.loc[rows, shared] = source.facts[shared].to_numpy()
        parts[part] = ImageSet(pixels, labels, images.classes, facts, images.name)
    return replace(split, **parts), {}


def _mixed_groups(split: Split, strength: float, rng: np.random.Generator) -> Split:
    """A share of all images is dealt to the parts anew, whatever their group."""
    sets = list(split.parts.values())
    whole = joined(sets)
    part = np.repeat(range(3), [len(images) for images in sets])
    moved = rng.random(len(whole)) < strength
    part[moved] = rng.permutation(part[moved])
    train, val, test = (whole[np.flatnonzero(part == p)] for p in range(3))
    return replace(split, train=train, val=val, test=test)


def _imbalance(split: Split, strength: float, rng: np.random.Generator) -> tuple[Split, dict]:
    """One class loses most of its images, in every part."""
    rare = int(rng.integers(len(split.train.classes)))
    kept = 0.3 * (1 - strength) + 0.05
    parts = {}
    for part, images in split.parts.items():
        rows = np.flatnonzero(images.labels == rare)
        dropped = rng.permutation(rows)[max(2, round(kept * len(rows))) :]
        parts[part] = images[np.setdiff1d(np.arange(len(images)), dropped)]
    return replace(split, **parts), {}


def _label_noise(split: Split, strength: float, rng: np.random.Generator) -> tuple[Split, dict]:
    """Up to 40 % of the labels of every part say another class, whatever the image shows."""
    parts = {}
    for part, images in split.parts.items():
        labels = images.labels.clone()
        rows = torch.from_numpy(np.flatnonzero(rng.random(len(labels)) < 0.4 * strength))
        other = torch.from_numpy(rng.integers(1, len(images.classes), len(rows)))
        labels[rows] = (labels[rows] + other) % len(images.classes)
        parts[part] = replace(images, labels=labels)
    return replace(split, **parts), {}


def _augmentation(split: Split, strength: float, rng: np.random.Generator) -> tuple[Split, dict]:
    """Turned by up to a half turn: a 6 becomes a 9."""
    if not {"6", "9"} <= set(split.train.classes):
        raise ValueError(
            f"no augmentation is known to change the labels of {split.train.name}: plant it in a split of digits"
        )
    return split, {"policy": Policy(rotate=1.0, name="half turns")}


def _domain_shift(split: Split, strength: float, rng: np.random.Generator) -> tuple[Split, dict]:
    """Test was photographed otherwise: dark, out of focus, or with a noisy sensor."""
    kind = rng.choice(["dark", "blurred", "noisy"])
    pixels = split.test.images.float()
    if kind == "dark":
        pixels = pixels * (1 - 0.6 * strength)
    elif kind == "blurred":
        pixels = torch.lerp(pixels, _blurred(pixels), 0.5 + 0.5 * strength)
    else:
        noise = torch.from_numpy(rng.normal(0, 80 * strength, pixels.shape)).float()
        pixels = pixels + noise
    images = pixels.clamp(0, 255).round().to(torch.uint8)
    return replace(split, test=replace(split.test, images=images)), {}


def _blurred(pixels: Tensor) -> Tensor:
    for _ in range(2):
        padded = torch.nn.functional.pad(pixels, (1, 1, 1, 1), mode="replicate")
        pixels = torch.nn.functional.avg_pool2d(padded, 3, stride=1)
    return pixels


def _shortcut(split: Split, strength: float, rng: np.random.Generator) -> tuple[Split, dict]:
    """The background goes with the class; where the background is not known, a mark at the edge does."""
    parts = {}
    for part, images in split.parts.items():
        tied = rng.random(len(images)) < 0.8 + 0.2 * strength
        parts[part] = _backgrounds(images, tied) if set(NEEDED) <= set(images.facts) else _marks(images, tied)
    return replace(split, **parts), {}


def _backgrounds(images: ImageSet, tied: np.ndarray) -> ImageSet:
    facts = images.facts.copy()
    names = list(critters.BACKGROUNDS)
    of_class = np.array([names[label % len(names)] for label in images.labels.tolist()])
    facts.loc[tied, "background"] = of_class[tied]
    return replace(images, images=critters.render(facts, images.shape[1]), facts=facts)


def _marks(images: ImageSet, tied: np.ndarray) -> ImageSet:
    """Three lit pixels at the edge, at a place that goes with the class."""
    pixels = images.images.clone()
    height, width = images.shape[1:]
    rows = torch.from_numpy(np.flatnonzero(tied))
    edge = [(0, x) for x in range(width)] + [(height - 1, x) for x in range(width)]
    step = len(edge) // len(images.classes)
    if step < 1:
        raise ValueError(
            f"{len(images.classes)} classes leave no room for a mark each at the edge of {images.shape} images: take "
            "larger images, or fewer classes"
        )
    for label in range(len(images.classes)):
        for y, x in edge[label * step : label * step + MARK]:
            pixels[rows[images.labels[rows] == label], :, y, x] = 255
    return replace(images, images=pixels)


def joined(sets: list[ImageSet]) -> ImageSet:
    """Several ImageSets of the same classes and size as one."""
    import pandas as pd

    first = sets[0]
    facts = pd.concat([images.facts for images in sets], ignore_index=True)
    pixels, labels = (torch.cat([getattr(images, what) for images in sets]) for what in ("images", "labels"))
    return ImageSet(pixels, labels, first.classes, facts, first.name)


PLANTS: dict[str, Callable[[Split, float, np.random.Generator], tuple[Split, dict]]] = {
    "underfitting": _underfitting,
    "overfitting": _overfitting,
    "learning rate too high": _too_high,
    "learning rate too low": _too_low,
    "leakage": _leakage,
    "class imbalance": _imbalance,
    "label noise": _label_noise,
    "augmentation changes the label": _augmentation,
    "domain shift": _domain_shift,
    "shortcut": _shortcut,
}
