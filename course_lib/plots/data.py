"""Figures of the data: samples, class balance, what the audit found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import figures
from ..audit import Audit
from ..imageset import ImageSet
from ..splits import Split
from .drawing import finish, listed, literally, mosaic

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def samples(images: ImageSet, n: int = 16, ax: Axes | None = None) -> Axes:
    """`n` images spread evenly over the set, each with its class."""
    rows = np.unique(np.linspace(0, len(images) - 1, n).round().astype(int)) if len(images) else []
    shown = images[rows]
    ax = mosaic(shown.images, shown.label_names, columns=8, ax=ax)
    finish(ax, f"{images.name}: {len(shown)} of {len(images):,} images", f"classes {listed(shown.label_names)}")
    return ax


def class_balance(images: ImageSet | Split, ax: Axes | None = None) -> Axes:
    """Images per class, as bars; of a Split, a bar per part."""
    parts = images.parts if isinstance(images, Split) else {images.name: images}
    name = images.train.name if isinstance(images, Split) else images.name
    return _balance_bars(parts, f"{name}: images per class", ax)


def split_audit(audit: Audit, pairs: int = 4) -> np.ndarray:
    """Two Axes: class balance per part, and up to `pairs` pairs of images on two sides, those with test first."""
    bars, tiles = figures.new(9.5, 3.4, columns=2, width_ratios=(1, 1.25))
    _balance_bars(audit.parts, "Class balance per part", bars)
    ordered = audit.pairs.sort_values(["similarity", "right_part"], ascending=[False, True], kind="stable")
    kinds = {kind: ordered[ordered.kind == kind] for kind in ("exact", "near", "group")}
    images, captions = [], []
    for pair in _taking_turns(list(kinds.values()), pairs):
        same = pair.group if pair.kind == "group" else "same bytes" if pair.kind == "exact" else "near copy"
        for part, row in ((pair.left_part, pair.left), (pair.right_part, pair.right)):
            images.append(audit.parts[part].images[row])
            captions.append(f"{part}\n{same}")
    mosaic(images, captions, columns=4, ax=tiles, pairs=True)
    shared = audit.pairs["group"].nunique()
    title = f"On two sides: {len(kinds['exact'])} exact and {len(kinds['near'])} near copies, {shared} groups"
    finish(tiles, title, f"audit {'ok' if audit.ok else 'not ok'}")
    return np.array([bars, tiles])


def _balance_bars(parts: dict[str, ImageSet], title: str, ax: Axes | None) -> Axes:
    ax = figures.new(8, 2.8)[0] if ax is None else ax
    width = 0.8 / len(parts)
    for i, (part, images) in enumerate(parts.items()):
        counts = images.counts()
        where = np.arange(len(counts)) + (i - (len(parts) - 1) / 2) * width
        bars = ax.bar(where, counts, width, label=part, color=figures.PART_COLOURS.get(part, figures.GREY))
        if len(counts) * len(parts) <= 12:
            ax.bar_label(bars, fontsize=8)
    turned = {"rotation": 40, "ha": "right"} if max(map(len, images.classes)) * len(images.classes) > 60 else {}
    ax.set_xticks(range(len(images.classes)), map(literally, images.classes), **turned)
    ax.set_ylabel("images")
    if len(parts) > 1:
        ax.legend(frameon=False, ncols=len(parts), loc="lower right", bbox_to_anchor=(1, 1.0), fontsize=8)
    sizes = listed(f"{part} {images.counts().min()} to {images.counts().max()}" for part, images in parts.items())
    finish(ax, title, f"per class: {sizes}", loc="left")
    return ax


def _taking_turns(tables, n: int) -> list:
    """Up to `n` rows: first the first of each table, then the second of each, and so on."""
    rows = [list(table.head(n).itertuples()) for table in tables]
    turns = [row[i] for i in range(n) for row in rows if i < len(row)]
    return turns[:n]
