"""Split: which images teach, which choose, which judge. `make` cuts by class or by group."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

import numpy as np

from .audit import Audit, examine
from .imageset import ImageSet
from .names import pick

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("train", "val", "test")


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Three ImageSets without a common image, and the rule that made them.

    train  teaches the weights; val chooses between settings; test is looked at once, at the end
    by     "class" (shares of each class kept) or "group" (a group stays on one side)
    """

    train: ImageSet
    val: ImageSet
    test: ImageSet
    by: str
    seed: int

    @property
    def parts(self) -> dict[str, ImageSet]:
        """The three ImageSets by name, in the order train, val, test."""
        return {part: getattr(self, part) for part in PARTS}

    def counts(self) -> pd.DataFrame:
        """Images per class (rows) and part (columns), int."""
        import pandas as pd

        return pd.DataFrame({part: images.counts() for part, images in self.parts.items()})

    def __repr__(self) -> str:
        sizes = ", ".join(f"{part} {len(images):,}" for part, images in self.parts.items())
        return f"Split({self.train.name} by {self.by}, seed {self.seed}: {sizes})"

    def _repr_html_(self) -> str:
        return f"<div>{escape(repr(self))}{self.counts().to_html()}</div>"


def make(
    images: ImageSet, val: float = 0.15, test: float = 0.15, seed: int = 0, by: Literal["class", "group"] = "class"
) -> Split:
    """Cut `images` into train, val and test, copies in memory; `val` and `test` are shares between 0 and 1.

    by="class": at random, each class's share in each part within one image of what was asked.
    by="group": every `facts.group` whole in one part, class shares as near as whole groups allow.
    Raises ValueError for a cut that cannot be made: shares, a class with too few images, fewer groups than parts.
    """
    if not (val > 0 and test > 0 and val + test < 1):
        raise ValueError(f"val and test must be over 0 and leave something to train on; got {val} and {test}: try 0.15")
    if by not in ("class", "group"):
        raise ValueError(f"by must be 'class' or 'group'; got {by!r}: 'group' when one subject has several images")
    shares = np.array([1 - val - test, val, test])
    assign = _by_class if by == "class" else _by_group
    part = assign(images, shares, np.random.default_rng(seed))  # int [N], an index into PARTS
    return Split(*(images[np.flatnonzero(part == p)] for p in range(3)), by=by, seed=seed)


def thin(split: Split, name: str, share: float) -> Split:
    """The split with a rare class: of each part all other images, and as many of class `name` as make `share` of it.

    Raises ValueError for an unknown class, a share that is not between 0 and 1, and a part with too few images of it.
    """
    label = pick({known: i for i, known in enumerate(split.train.classes)}, name, "class")
    if not 0 < share < 1:
        raise ValueError(f"share must be over 0 and below 1; got {share!r}: 0.05 is one image in twenty")
    parts = {}
    for part, images in split.parts.items():
        is_rare = images.labels == label
        kept = round(int((~is_rare).sum()) * share / (1 - share))
        if not 1 <= kept <= int(is_rare.sum()):
            raise ValueError(
                f"{share:.0%} of class {name!r} would be {kept} images in {part}, which has {int(is_rare.sum())} of "
                "it: take another share, or a larger set"
            )
        parts[part] = images[~is_rare | (is_rare.cumsum(0) <= kept)]
    return Split(**parts, by=split.by, seed=split.seed)


def audit(split: Split) -> Audit:
    """What could make this split lie: class balance, duplicates across parts, groups across parts, tiny classes."""
    return examine(split.parts)


def _by_class(images: ImageSet, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    labels = images.labels.numpy()
    part = np.empty(len(labels), dtype=int)
    for label, name in enumerate(images.classes):
        rows = rng.permutation(np.flatnonzero(labels == label))
        counts = _whole_numbers(len(rows), shares)
        if counts is None:
            need = next(n for n in range(len(rows) + 1, 10_000_000) if _whole_numbers(n, shares) is not None)
            raise ValueError(
                f"class {name!r} has {len(rows)} images, too few for parts of {', '.join(f'{s:.0%}' for s in shares)}: "
                f"collect at least {need} or leave the class out"
            )
        part[rows] = np.repeat(range(3), counts)
    return part


def _whole_numbers(total: int, shares: np.ndarray) -> np.ndarray | None:
    """`total` images over the parts, at least one each and each within one of its share; None if that cannot be."""
    wanted = total * shares
    counts = np.floor(wanted + 1e-9).astype(int)
    largest_remainders = np.argsort(counts - wanted, kind="stable")[: total - counts.sum()]
    counts[largest_remainders] += 1
    for empty in np.flatnonzero(counts == 0):
        givers = np.flatnonzero((counts > 1) & (counts - 1 > wanted - 1 - 1e-9))
        if not len(givers):
            return None
        counts[givers[np.argmax((counts - wanted)[givers])]] -= 1
        counts[empty] += 1
    return counts


def _by_group(images: ImageSet, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Largest groups first, each to the part that is furthest below its share of the group's main class."""
    import pandas as pd

    groups, names = pd.factorize(images.facts["group"])
    table = np.zeros((len(names), len(images.classes)), dtype=int)  # images per group and class
    np.add.at(table, (groups, images.labels.numpy()), 1)
    for label, name in enumerate(images.classes):
        holders = int((table[:, label] > 0).sum())
        if holders < 3:
            raise ValueError(
                f"class {name!r} comes from {holders} groups, fewer than the 3 parts: collect it from more groups, "
                "or split by='class' and say in the evidence that groups are on both sides"
            )
    part_of = np.empty(len(names), dtype=int)
    sizes, main = table.sum(1), table.argmax(1)
    for label in range(len(images.classes)):
        own = rng.permutation(np.flatnonzero(main == label))
        own = own[np.argsort(-sizes[own], kind="stable")]
        missing = shares * sizes[own].sum()
        empty = {0, 1, 2}
        for left, group in zip(range(len(own), 0, -1), own, strict=True):
            open_parts = sorted(empty) if left <= len(empty) else range(3)  # the last groups fill empty parts
            part = max(open_parts, key=lambda p: missing[p])
            part_of[group] = part
            missing[part] -= sizes[group]
            empty.discard(part)
    for part, name in enumerate(PARTS):
        absent = np.flatnonzero(table[part_of == part].sum(0) == 0)
        if len(absent):
            raise ValueError(
                f"whole groups of several classes leave {name} without class {images.classes[absent[0]]!r}: "
                "try another seed, or larger val and test"
            )
    return part_of[groups]
