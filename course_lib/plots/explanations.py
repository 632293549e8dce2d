"""Figures of explained failures: the image beside the photo without its cause, and the wrong images by their causes."""

from __future__ import annotations

import math
from textwrap import fill
from typing import TYPE_CHECKING

from .. import figures
from ..evaluation import Report
from ..explanations import Explanation
from ..sorting import Sorting, rows
from .drawing import finish, listed, mosaic

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def explanation(explanation: Explanation, ax: Axes | None = None) -> Axes:
    """The image as it was taken for something else, and beside it the same photo without the cause, if there is one."""
    ax = figures.new(5.6, 3.3)[0] if ax is None else ax
    images = [image for image in (explanation.before, explanation.after) if image is not None]
    captions = explanation.captions[: len(images)]
    lines = [[fill(part, 36) for part in caption.rsplit(" (", 1)] for caption in captions]
    mosaic(images, ["\n(".join(parts) for parts in lines], columns=2, ax=ax)
    ax.set(xlim=(-0.05, 1.1 * max(len(images), 1) - 0.05), ylim=(-1.22, 0.03))
    title = f"{explanation.cause}: {explanation.verdict}"
    finish(ax, title, f"{listed(captions)}. {explanation.found.rstrip('.')}")
    return ax


def sorting(sorting: Sorting, report: Report, ax: Axes | None = None) -> Axes:
    """The wrong images that were to be sorted, numbered, each with the cause that it was put to.

    Raises ValueError if `sorting` is not of this report's wrong images.
    """
    images = [report.images.images[row] for row in rows(sorting, report)]
    named = [f"{number}. {image['true']} → {image['predicted']}" for number, image in enumerate(sorting.asked, 1)]
    causes = [sorting.causes.get(image["id"], "–") for image in sorting.asked]
    captions = [f"{fill(name, 22)}\n{cause}" for name, cause in zip(named, causes, strict=True)]
    if ax is None:  # wider than a mosaic is by itself: a cause needs the room
        lines = max((caption.count("\n") + 1 for caption in captions), default=1)
        ax = figures.new(6.2, 0.5 + math.ceil(len(captions) / 5) * (1.08 + 0.17 * lines) * 1.12)[0]
    mosaic(images, captions, columns=5, ax=ax)
    counts = listed(f"{cause} {count}" for cause, count in sorting.counts.items() if count) or "no cause given yet"
    done = len(images) - len(sorting.missing)
    said = listed(f"{name}: {cause}" for name, cause in zip(named, causes, strict=True))
    finish(ax, f"{len(images)} wrong images, {done} sorted by cause", f"{counts}; {said}" if said else counts)
    return ax
