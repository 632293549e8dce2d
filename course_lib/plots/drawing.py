"""What the figures of every room share: images in a grid with their captions, titles with alternative text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from .. import figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def mosaic(
    images: Tensor | Sequence[Tensor],
    captions: Sequence[str],
    *,
    columns: int,
    ax: Axes | None,
    pairs: bool = False,
) -> Axes:
    """Images uint8 [C, H, W] side by side on one Axes, a caption under each; `pairs` puts every two close together."""
    lines = max((c.count("\n") + 1 for c in captions), default=1)
    rows = max(1, -(-len(captions) // columns))
    columns = min(columns, max(len(captions), 2))
    tall = 1.08 + 0.17 * lines  # an image is one unit high; its caption stands below it
    ax = figures.new(columns * 1.15 + 0.4, rows * tall * 1.15 + 0.4)[0] if ax is None else ax
    for i, (image, caption) in enumerate(zip(images, captions, strict=True)):
        left = (i % columns) * 1.1 - (0.07 if pairs and i % 2 else 0)
        top = -(i // columns) * tall
        pixels = image.permute(1, 2, 0).numpy()
        picture = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
        ax.imshow(picture, extent=(left, left + 1, top - 1, top), interpolation="nearest")
        ax.text(left + 0.5, top - 1.04, literally(caption), ha="center", va="top", fontsize=8, linespacing=1.1)
    ax.set(xlim=(-0.05, columns * 1.1 - 0.05), ylim=(-rows * tall, 0.03), aspect="equal")
    ax.set_axis_off()
    return ax


def finish(ax: Axes, title: str, more: str, loc: str = "center") -> None:
    """The title of `ax`, and with `more` (what the title leaves out) its alternative text."""
    ax.set_title(literally(title), fontsize=10.5, loc=loc)
    figures.describe(ax, f"{title}; {more}." if more else f"{title}.")


def literally(text: str) -> str:
    """`text` as it is: matplotlib would set what stands between two $ as a formula, and a class may be called so."""
    return text.replace("$", r"\$")


def listed(items: Iterable[str]) -> str:
    """The items in one line, each once."""
    return ", ".join(dict.fromkeys(items))
