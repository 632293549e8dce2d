"""Figures of augmentation: what changed images look like, what their labels survive, which policy helps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

from .. import figures
from ..augment import OPERATIONS, Policy, Survival
from ..evaluation import Report
from ..imageset import ImageSet
from ..models import Classifier, predict
from ..survival import CHANGES, SAFE, full_size
from .drawing import finish, listed, literally, mosaic

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 3  # exchanges that one cell of the map names; the table has them all


def gallery(images: ImageSet, policy: Policy, n: int = 6, seed: int = 0, ax: Axes | None = None) -> Axes:
    """Each image in a row: as it is, then `n` versions that `policy` makes of it. Give a few images."""
    generator = torch.Generator().manual_seed(seed)
    shares = F.one_hot(images.labels, len(images.classes)).float()
    versions, captions = [images.images], [images.label_names]
    for _ in range(n):
        changed, mixed = policy.apply(images.images, shares, policy.draw(len(images), generator))
        versions.append(changed)
        captions.append([_shares(row, images.classes) if policy.mixes else "" for row in mixed])
    order = [(version, row) for row in range(len(images)) for version in range(n + 1)]
    tiles = [versions[version][row] for version, row in order]
    ax = mosaic(tiles, [captions[version][row] for version, row in order], columns=n + 1, ax=ax)
    steps = ", ".join(f"{name} {strength:g}" for name, strength in policy.steps) or "nothing"
    finish(ax, f"{policy.name}: {steps}", f"left the images as they are, beside each {n} changed versions")
    return ax


def operations(
    images: ImageSet,
    names: Sequence[str] | None = None,
    strengths: Sequence[float] = (0.1, 0.25, 0.5, 1.0),
    seed: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """The first image changed by each operation (a row) at full size of each strength (a column)."""
    names = [name for name, o in OPERATIONS.items() if not o.mixes] if names is None else list(names)
    first = images.images[:1]

    def changed(name: str, strength: float) -> torch.Tensor:  # always in the same direction, so that steps compare
        return full_size(first, name, strength, torch.Generator().manual_seed(seed))[0]

    blank = torch.full_like(first[0], 255)
    tiles, captions = [], []
    for name in names:
        steps = [1.0] if OPERATIONS[name].switch else strengths
        rest = len(strengths) - len(steps)
        tiles += [first[0], *(changed(name, step) for step in steps), *[blank] * rest]
        captions += [name, *(["done"] if rest else [f"{step:g}" for step in steps]), *[""] * rest]
    ax = mosaic(tiles, captions, columns=len(strengths) + 1, ax=ax)
    for line, name in enumerate(names):  # one row of the mosaic is 1.25 high
        where = (1.1 * len(strengths) + 1.15, -line * 1.25 - 0.5)
        ax.text(*where, f"1: {OPERATIONS[name].unit}", fontsize=8, va="center", color=figures.GREY)
    title = f"A {images.label_names[0]}, changed"
    finish(ax, title, f"a row for each of {listed(names)}; the strength grows to the right")
    return ax


def augmented(
    images: ImageSet,
    survival: Survival,
    operation: str = "rotate",
    strength: float = 1.0,
    n: int = 8,
    seed: int = 0,
    model: Classifier | None = None,
    ax: Axes | None = None,
) -> Axes:
    """`n` images, below each what `operation` makes of it at `strength`, and what `model` sees there, if given."""
    row = survival.at(operation, strength or 1.0)
    rows = np.unique(np.linspace(0, len(images) - 1, min(n, len(images))).round().astype(int))
    shown = images[rows]
    changed = full_size(shown.images, operation, strength, torch.Generator().manual_seed(seed))
    answers = ["changed"] * len(shown) if model is None else _answers(model, changed)
    ax = mosaic([*shown.images, *changed], [*shown.label_names, *answers], columns=len(shown), ax=ax)
    if strength == 0:
        finish(ax, f"{operation} at strength 0: nothing changes", "the lower row is the upper one")
        return ax
    where = "" if OPERATIONS[operation].switch else f" at strength {row.strength:g}"
    measured = f"the label survives in {row.share:.0%} of {row.images:,} images ({row.low:.0%} to {row.high:.0%})"
    finish(ax, f"{operation}{where}: {measured}\n{_what(row)}", "above the originals, below them the changed images")
    return ax


def survival_map(survival: Survival, ax: Axes | None = None) -> Axes:
    """Operation × strength: the share of labels that survive, with the verdict in words."""
    table, strengths = survival.table, sorted(survival.table.strength.unique())
    names = list(table.operation.unique())
    ax = figures.new(4.6 + 1.2 * len(strengths), 1.1 + 0.44 * len(names))[0] if ax is None else ax
    for line, name in enumerate(names):
        for row in table[table.operation == name].itertuples():
            switch = OPERATIONS[name].switch
            left, width = (0, len(strengths)) if switch else (strengths.index(row.strength), 1)
            _survival_cell(ax, left, line, width, row)
    ax.set(xlim=(0, len(strengths)), ylim=(len(names), 0), xlabel="strength (hflip and the like are done, or not)")
    ax.set_xticks(np.arange(len(strengths)) + 0.5, [f"{strength:g}" for strength in strengths])
    ax.set_yticks(np.arange(len(names)) + 0.5, names)
    for line, name in enumerate(names):
        ax.text(len(strengths) + 0.08, line + 0.5, f"1: {OPERATIONS[name].unit}", fontsize=8, va="center", color="0.4")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    changes = table[table.verdict == CHANGES]
    named = listed(f"{row.operation} at {row.strength:g} {row.exchanges}" for row in changes.itertuples())
    title = f"{survival.data}: how many of {survival.right:,} labels survive, for {survival.model}"
    safe = listed(f"{row.operation} to {row.strength:g}" for row in table[table.verdict == SAFE].itertuples())
    finish(ax, title, f"{CHANGES}: {named or 'none'}; safe: {safe or 'none'}; the others are risky")
    return ax


def policies(reports: Mapping[str, Sequence[Report]], ax: Axes | None = None) -> Axes:
    """Accuracy of each policy: a point for every seed, and the mean with the spread (standard deviation)."""
    ax = figures.new(7.5, 1.0 + 0.6 * len(reports))[0] if ax is None else ax
    said = []
    for line, (name, of_seeds) in enumerate(reports.items()):
        values = np.array([report.accuracy for report in of_seeds])
        mean, spread = values.mean(), values.std(ddof=1) if len(values) > 1 else 0.0
        ax.errorbar(mean, line, xerr=spread, fmt="D", color=figures.BLUE, markersize=7, capsize=5, linewidth=2)
        ax.plot(values, np.full(len(values), line + 0.22), "o", color=figures.ORANGE, markersize=5, alpha=0.9)
        said.append(f"{name} {mean:.1%} ± {100 * spread:.1f}")
        ax.annotate(f"{mean:.1%} ± {100 * spread:.1f}", (mean, line), (0, 8), textcoords="offset points", ha="center")
    ax.set_yticks(range(len(reports)), map(literally, reports))
    ax.set(ylim=(len(reports) - 0.4, -0.7), xlabel="accuracy (diamond: mean ± spread, dots: one seed each)")
    ax.margins(x=0.12)
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.grid(axis="x", alpha=0.25)
    seeds = max(len(of_seeds) for of_seeds in reports.values())
    finish(ax, f"The same network and {seeds} seeds, different policies", listed(said))
    return ax


def _survival_cell(ax: Axes, left: float, line: int, width: float, row) -> None:
    """One rectangle of the map: the share as its shade and in figures, the verdict in words and as its edge."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    changes = row.verdict == CHANGES
    shade = plt.get_cmap("Blues")(0.05 + 0.45 * row.share)  # light enough for black figures everywhere
    box = Rectangle((left + 0.03, line + 0.05), width - 0.06, 0.9, facecolor=shade)
    if changes:
        box.set(edgecolor=figures.RED, linewidth=2.5)
    ax.add_patch(box)
    names = row.exchanges.split(", ")
    words = ", ".join(names[:MOST]) + (" …" if len(names) > MOST else "") if changes else row.verdict
    writing = {"ha": "center", "va": "center", "fontsize": 8.5, "fontweight": "bold" if changes else "normal"}
    ax.text(left + width / 2, line + 0.5, literally(f"{row.share:.0%}  {words}"), **writing)


def _answers(model: Classifier, images: torch.Tensor) -> list[str]:
    """What the model sees in each image, and how sure it is."""
    confidence, label = predict(model, images).softmax(1).max(1)
    return [
        f"→ {model.classes[k]}\n{sure:.0%} sure" for k, sure in zip(label.tolist(), confidence.tolist(), strict=True)
    ]


def _what(row) -> str:
    return f"{row.verdict}: {row.exchanges}" if row.exchanges else row.verdict


def _shares(row: torch.Tensor, classes: tuple[str, ...]) -> str:
    """What a mixed label says, such as "70 % cat, 30 % dog"."""
    parts = [(float(share), name) for share, name in zip(row, classes, strict=True) if share >= 0.005]
    return "\n".join(f"{share:.0%} {name}" for share, name in sorted(parts, reverse=True))
