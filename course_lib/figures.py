"""Figures with alternative text: made here, drawn by plots, shown in the notebook and in the card as <img alt="…">."""

from __future__ import annotations

import base64
import io
from functools import cache
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette (jfly.uni-koeln.de/color): its colours stay apart for colour-blind readers too.
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#6B7480"
PART_COLOURS = {"train": GREEN, "val": ORANGE, "test": GREY}  # as in the figures of assets/
DPI = 110


@cache
def _described() -> type[Figure]:
    """A Figure that shows itself as <img alt=…>: the PNG that Jupyter makes of a plain one has no alternative text."""
    from matplotlib.figure import Figure

    class Described(Figure):
        def _ipython_display_(self) -> None:
            from IPython.display import HTML, display

            display(HTML(img(self)))

    return Described


def new(width: float, height: float, columns: int = 1, rows: int = 1, **options) -> np.ndarray:
    """Empty Axes in a new figure of `width` × `height` inches, row by row, as an array [rows · columns]."""
    import matplotlib.pyplot as plt

    size = {"figsize": (width, height), "dpi": DPI, "layout": "constrained"}
    axes = plt.subplots(rows, columns, squeeze=False, FigureClass=_described(), **size, **options)[1].ravel()
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    return axes


def describe(ax: Axes, text: str) -> None:
    """Give `ax` its alternative text: what a person who cannot see the picture needs to know of it."""
    ax.set_gid(text)  # the artist's own free text field, so that an Axes of any figure can carry it


def alt(figure: Figure) -> str:
    """The alternative text of a figure: those of its Axes, one after the other."""
    return " ".join(ax.get_gid() for ax in figure.axes if ax.get_gid())


def png(figure: Figure) -> bytes:
    """The figure as the bytes of a PNG file, trimmed to what is drawn."""
    file = io.BytesIO()
    smaller = {"optimize": True}  # a tenth, as notebooks and cards carry every figure
    figure.savefig(file, format="png", dpi=DPI, bbox_inches="tight", facecolor="white", pil_kwargs=smaller)
    return file.getvalue()


def img(figure: Figure) -> str:
    """The figure as an HTML <img> that carries its own pixels and its alternative text."""
    data = base64.b64encode(png(figure)).decode()
    return f'<img alt="{escape(alt(figure))}" style="max-width:100%" src="data:image/png;base64,{data}">'


def close(figure: Figure) -> None:
    """Forget a figure, so that the notebook does not show it at the end of the cell."""
    import matplotlib.pyplot as plt

    plt.close(figure)
