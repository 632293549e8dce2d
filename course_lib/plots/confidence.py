"""Figures of confidence: how sure a model is when it is right and when it is wrong, and what that is worth."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np

from .. import calibration, figures
from ..evaluation import Report
from .drawing import finish, listed, literally

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 20
LEAST = 20  # answered images; the accuracy of fewer jumps with each of them
COLOURS = (figures.BLUE, figures.RED, figures.GREEN, figures.PURPLE)
DASHES = ("-", "--", "-.", ":")
MARKED = (0.5, 0.7, 0.9)  # thresholds that are written beside the curve


def confidence(report: Report) -> np.ndarray:
    """How sure the model is, a histogram each for the right and the wrong images: few would vanish beside many."""
    right = (report.predicted == report.images.labels).numpy()
    sure = report.confidence.numpy()
    edges = np.linspace(0, 1, BINS + 1)
    axes = figures.new(8, 3.9, rows=2, sharex=True)
    first = edges[int(sure.min() * BINS)]
    for ax, name, rows, colour in zip(
        axes, ("right", "wrong"), (right, ~right), (figures.BLUE, figures.RED), strict=True
    ):
        ax.hist(sure[rows], edges, color=colour, edgecolor="white", rwidth=0.92)
        ax.set(xlim=(first - 0.02, 1.02), ylabel="images")
        ax.xaxis.set_major_formatter("{x:.0%}")
        ax.yaxis.get_major_locator().set_params(integer=True)
        mean = f", {sure[rows].mean():.0%} sure on average" if rows.any() else ""
        finish(ax, f"{rows.sum()} {name}{mean}", "")
    axes[-1].set_xlabel("confidence: probability of the predicted class")
    return axes


def reliability(reports: Report | Mapping[str, Report], bins: int = 10) -> np.ndarray:
    """An Axes per Report: accuracy against confidence in bins, the gap to what was promised, images per bin.

    The title has the calibration error (Guo et al. 2017, section 2), which takes finer bins.
    """
    named = _named(reports)
    tables = {name: calibration.reliability(report, bins) for name, report in named.items()}
    axes = figures.new(4.7 * len(named) + 1.2, 4.1, columns=len(named), sharey=True)
    for ax, (name, table) in zip(axes, tables.items(), strict=True):
        middles, width = (table.low + table.high) / 2, 0.94 / bins
        ax.bar(middles, table.accuracy, width, color=figures.BLUE, alpha=0.75, label="accuracy")
        gap = {"color": "none", "edgecolor": figures.RED, "hatch": "////", "linewidth": 1}
        ax.bar(middles, table.confidence - table.accuracy, width, bottom=table.accuracy, label="gap", **gap)
        spread = (table.accuracy - table.accuracy_low, table.accuracy_high - table.accuracy)
        ax.errorbar(middles, table.accuracy, spread, fmt="none", ecolor="black", elinewidth=1, label="95 % interval")
        ax.plot([0, 1], [0, 1], color=figures.GREY, linestyle=":", label="as promised")
        for middle, images in zip(middles, table.images, strict=True):
            ax.text(middle, -0.05, f"{images}", ha="center", va="center", fontsize=7.5)
        ax.set(ylim=(-0.09, 1.04), xlabel="confidence (below each bar: images)")
        ax.set_xlim(min(0.9, *(t.low.min() for t in tables.values())) - 0.01, 1.01)
        ax.xaxis.set_major_formatter("{x:.0%}")
        ax.yaxis.set_major_formatter("{x:.0%}")
        said = listed(f"{a:.0%} right at {c:.0%} sure" for a, c in zip(table.accuracy, table.confidence, strict=True))
        finish(ax, f"{name}: calibration error {named[name].calibration_error:.1%}", said)
    axes[0].set_ylabel("accuracy")
    axes[-1].legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return axes


def coverage(reports: Report | Mapping[str, Report], ax: Axes | None = None) -> Axes:
    """Accuracy of the images that are answered against their share, when the unsure ones get "don't know"."""
    ax = figures.new(8, 3.8)[0] if ax is None else ax
    named, said, lows = _named(reports), [], []
    for (name, report), colour, dash in zip(named.items(), cycle(COLOURS), cycle(DASHES), strict=False):
        table = calibration.coverage(report)
        kept = table[table.coverage * len(report.images) >= min(LEAST, len(report.images)) - 0.5]
        style = {"color": colour, "linestyle": dash, "marker": "o" if len(kept) == 1 else ""}
        ax.plot(kept.coverage, kept.accuracy, linewidth=2, label=literally(name), **style)
        ax.fill_between(kept.coverage, kept.low, kept.high, color=colour, alpha=0.15, linewidth=0)
        lows.append(kept.low.min())
        for threshold in MARKED if len(named) == 1 else ():
            reached = kept[kept.threshold >= threshold]
            if len(reached) and len(reached) < len(kept):
                at = reached.iloc[0]
                ax.plot(at.coverage, at.accuracy, "o", color=colour)
                beside = {"xytext": (6, -13), "textcoords": "offset points", "fontsize": 8}
                ax.annotate(f"≥ {threshold:.0%}", (at.coverage, at.accuracy), **beside)
                said.append(f"{at.accuracy:.1%} right on the {at.coverage:.0%} that are at least {threshold:.0%} sure")
        said.append(f"{name}: {kept.accuracy.iloc[0]:.1%} right when all are answered")
    ax.set(xlim=(1.02, -0.02), ylim=(max(0, min(lows) - 0.05), 1.02))
    ax.set(xlabel="share of images answered; the less sure get “don't know”", ylabel="accuracy of those")
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.grid(alpha=0.25)
    if len(named) > 1:
        ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    marks = "≥: how sure at least; " if len(named) == 1 else ""
    finish(ax, f"Answer fewer, be right more often ({marks}band: 95 % interval)", listed(said))
    return ax


def _named(reports: Report | Mapping[str, Report]) -> Mapping[str, Report]:
    return {reports.model: reports} if isinstance(reports, Report) else reports
