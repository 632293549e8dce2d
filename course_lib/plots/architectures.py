"""Figures of architectures: what accuracy costs, what depth does to the gradient, what a pretrained backbone saves."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from .. import figures
from ..costs import COLUMNS, SCALE, Costs
from ..evaluation import Report
from ..imageset import ImageSet
from ..runs import Run
from .drawing import finish, listed, literally

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLOURS = (figures.RED, figures.BLUE, figures.GREEN, figures.PURPLE, figures.ORANGE, figures.GREY)
MARKERS = "osD^vP"


def accuracy_against_cost(
    costs: Costs, reports: Mapping[str, Report], cost: str = "flops", ax: Axes | None = None
) -> Axes:
    """Val accuracy with its 95 % interval against a column of the Costs: parameters, flops, ms_1, ms_64 or memory.

    reports  by model name, on val: whoever looks at this figure is choosing
    """
    ax = figures.new(8, 4.2)[0] if ax is None else ax
    table = costs.table.loc[[name for name in costs.table.index if name in reports]].sort_values(cost)
    values = table[cost].to_numpy(float) / SCALE.get(cost, 1)
    accuracy = np.array([reports[name].accuracy for name in table.index])
    low, high = np.array([reports[name].interval for name in table.index]).T
    ax.errorbar(values, accuracy, (accuracy - low, high - accuracy), fmt="o", color=figures.BLUE, capsize=3, alpha=0.9)
    ax.set(xscale="log", xlabel=f"{COLUMNS[cost][0]} (each step of the scale ×10)", ylabel="val accuracy")
    ax.set_xlim(values.min() / 2, values.max() * 2)
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.grid(alpha=0.25)
    ax.margins(y=0.15)
    _label(ax, [literally(name) for name in table.index], values, accuracy, low, high)
    sizes = listed(f"{name} {a:.1%} at {v:,.3g}" for name, a, v in zip(table.index, accuracy, values, strict=True))
    finish(ax, "Upper left is better: more right answers for less", f"band: 95 % interval; {sizes}")
    return ax


def _label(ax: Axes, names: list[str], x: np.ndarray, y: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """A name beside each interval: at the first place where it covers no other name or interval, or the fewest."""
    from matplotlib.transforms import Bbox

    ax.figure.draw_without_rendering()  # from here on it is known what lies where
    taken = [Bbox(ax.transData.transform([(v, a), (v, b)])).padded(5) for v, a, b in zip(x, low, high, strict=True)]
    for i, name in enumerate(names):
        above, below = (high[i], 0, 5, "center", "bottom"), (low[i], 0, -5, "center", "top")
        beside = [
            (at, 8 * side, 0, "left" if side > 0 else "right", "center")
            for at in (y[i], high[i], low[i])
            for side in (1, -1)
        ]
        tried = []
        for at, right, up, ha, va in (above, below, *beside):
            options = {"textcoords": "offset points", "ha": ha, "va": va, "fontsize": 9}
            text = ax.annotate(name, (x[i], at), (right, up), **options)
            box = text.get_window_extent()
            tried.append((sum(box.overlaps(other) for other in taken), text, box))
        best = min(tried, key=lambda place: place[0])
        for _, text, _ in tried:
            if text is not best[1]:
                text.remove()
        taken.append(best[2])


def depth(runs: Mapping[str, Run], gradients: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """Two Axes: the train loss of each run, and the gradient that reaches each layer of each network.

    gradients  by name, tables of `gradients.by_layer`
    """
    axes = figures.new(9.5, 3.6, columns=2)
    for (name, run), colour, marker in zip(runs.items(), cycle(COLOURS), cycle(MARKERS), strict=False):
        axes[0].plot(run.history.epoch, run.history.train_loss, color=colour, marker=marker, label=literally(name))
    axes[0].set(xlabel="epoch", ylabel="train loss", ylim=(0, None))
    axes[0].xaxis.get_major_locator().set_params(integer=True)
    for (name, table), colour, marker in zip(gradients.items(), cycle(COLOURS), cycle(MARKERS), strict=False):
        inner = table[table.kind == "Conv2d"]
        style = {"color": colour, "marker": marker, "markersize": 4, "label": literally(name)}
        axes[1].plot(inner.depth, inner.gradient, **style)
    axes[1].set(
        yscale="log",
        xlabel="layer: image on the left, head on the right",
        ylabel="size of the gradient (each label ×10)",
    )
    for ax in axes:
        ax.grid(alpha=0.25, which="both" if ax is axes[1] else "major")
        ax.legend(frameon=False, fontsize=9)
    ends = listed(f"{name} ends at {run.history.train_loss.iloc[-1]:.2f}" for name, run in runs.items())
    finish(axes[0], "Loss on train: lower is better", ends)
    finish(axes[1], "Gradient by layer, before training", listed(f"{n}: {_slope(t)}" for n, t in gradients.items()))
    return axes


def _slope(table: pd.DataFrame) -> str:
    inner = table[table.kind == "Conv2d"].gradient
    return f"{inner.iloc[0]:.2g} at the first layer, {inner.iloc[-1]:.2g} at the last convolution"


def transfer(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Accuracy against images per class, one line per way of training; bars span the seeds.

    table  a row per trained model with the columns way, images (per class) and accuracy (0…1)
    """
    ax = figures.new(7.5, 3.8)[0] if ax is None else ax
    said = []
    for (way, rows), colour, marker in zip(
        table.groupby("way", sort=False), cycle(COLOURS), cycle(MARKERS), strict=False
    ):
        by_size = rows.groupby("images").accuracy
        mean, low, high = by_size.mean(), by_size.min(), by_size.max()
        style = {"color": colour, "marker": marker, "markersize": 6, "capsize": 3, "label": literally(way)}
        ax.errorbar(mean.index, mean, (mean - low, high - mean), **style)
        said.append(f"{way} {mean.iloc[0]:.0%} at {mean.index[0]} and {mean.iloc[-1]:.0%} at {mean.index[-1]}")
    sizes = sorted(table.images.unique())
    ax.set(xscale="log", xlabel="training images per class", ylabel="test accuracy", ylim=(None, 1.0))
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.set_xticks([], minor=True)
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.grid(alpha=0.25)
    ax.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    finish(ax, "Accuracy by the number of training images", listed(said))
    return ax


def features(spaces: Mapping[str, Tensor], images: ImageSet) -> np.ndarray:
    """An Axes per name: features float32 [N, D] of the N images, flattened to the two directions that differ most.

    The directions are principal components (Pearson 1901), found anew for each.
    """
    axes = figures.new(4.4 * len(spaces), 3.8, columns=len(spaces))
    for ax, (name, space) in zip(axes, spaces.items(), strict=True):
        points = _flattened(space)
        for label, (kind, colour, marker) in enumerate(
            zip(images.classes, cycle(COLOURS[1:]), cycle(MARKERS), strict=False)
        ):
            here = points[images.labels == label]
            ax.scatter(*here.T, s=16, color=colour, marker=marker, alpha=0.7, label=literally(kind), linewidths=0)
        ax.set(xticks=[], yticks=[], xlabel="first direction", ylabel="second direction")
        finish(ax, name, f"{len(points)} images as points, a colour for each of {listed(images.classes)}")
    axes[0].legend(frameon=False, fontsize=9)
    return axes


def _flattened(space: Tensor) -> Tensor:
    """[N, D] → [N, 2]: the two principal components, the same signs every time."""
    centred = (space - space.mean(0)).double()
    left, size, directions = torch.linalg.svd(centred, full_matrices=False)
    signs = directions[:2].gather(1, directions[:2].abs().argmax(1, keepdim=True)).sign().flatten()
    return (left[:, :2] * size[:2] * signs).float()
