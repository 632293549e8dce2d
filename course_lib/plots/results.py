"""Figures of results: what a model gets right and wrong, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .. import figures
from ..evaluation import Report
from .drawing import finish, listed, literally, mosaic

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def confusion(report: Report, ax: Axes | None = None) -> Axes:
    """Confusion matrix: images in each cell, with their share of the true class as the colour and in per cent."""
    import seaborn as sns

    counts = report.confusion
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)  # each row sums to 1
    side = min(8.0, 2.6 + 0.38 * len(counts))
    ax = figures.new(side + 1.2, side)[0] if ax is None else ax
    texts = np.where(counts > 0, counts.astype(str) + "\n" + shares.map("{:.0%}".format), "")
    colours = {"cmap": "Blues", "vmin": 0, "vmax": 1, "cbar_kws": {"label": "share of the true class"}}
    writing = {"annot": texts, "fmt": "", "annot_kws": {"fontsize": 8}}
    names = [literally(name) for name in counts.index]
    sns.heatmap(shares, xticklabels=names, yticklabels=names, **writing, **colours, linewidths=0.5, square=True, ax=ax)
    ax.tick_params(axis="y", rotation=0)
    worst = report.confused_pairs(1)
    repeated = len(worst) and worst.images.iloc[0] > 1  # a mistake made once is no pattern
    pair = f"; most frequent mistake: {worst.true.iloc[0]} taken for {worst.predicted.iloc[0]}" if repeated else ""
    right = len(report.images) - len(report.wrong)
    finish(ax, f"{right} of {len(report.images)} right{pair}", "rows are true classes, columns predicted ones")
    return ax


def wrong_examples(report: Report, n: int = 12, ax: Axes | None = None) -> Axes:
    """The `n` most confident wrong predictions: true → predicted, and the confidence."""
    errors = report.errors(n)
    captions = [f"{row.true} → {row.predicted}\n{row.confidence:.0%} sure" for row in errors.itertuples()]
    ax = mosaic(report.images[report.wrong[:n]].images, captions, columns=6, ax=ax)
    title = f"{len(errors)} of {len(report.wrong)} wrong predictions, the most confident first"
    finish(ax, title if len(errors) else "No wrong prediction", listed(c.replace("\n", ", ") for c in captions))
    return ax


def accuracies(reports: Mapping[str, Report], ax: Axes | None = None) -> Axes:
    """Accuracy of several Reports side by side, each with its 95 % interval."""
    ax = figures.new(7.5, 0.9 + 0.55 * len(reports))[0] if ax is None else ax
    for row, report in enumerate(reports.values()):
        low, high = report.interval
        ax.plot([low, high], [row, row], color=figures.BLUE, linewidth=6, alpha=0.3, solid_capstyle="butt")
        ax.plot(report.accuracy, row, "o", color=figures.BLUE, markersize=8)
        ax.annotate(f"{report.accuracy:.1%}", (report.accuracy, row), (0, 8), textcoords="offset points", ha="center")
    lowest = min(report.interval[0] for report in reports.values())
    chance = max(1 / len(report.images.classes) for report in reports.values())
    ax.axvline(chance, color=figures.GREY, linestyle=":")
    ax.text(chance, -0.55, " guessing", color=figures.GREY, fontsize=8, va="center")
    ax.set_yticks(range(len(reports)), map(literally, reports))
    ax.set(
        xlim=(max(0, min(lowest, chance) - 0.05), 1),
        ylim=(len(reports) - 0.5, -0.7),
        xlabel="accuracy (band: 95 % interval)",
    )
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.grid(axis="x", alpha=0.25)
    sizes = listed(f"{name} {report.accuracy:.1%}" for name, report in reports.items())
    finish(ax, "Accuracy, side by side", sizes)
    return ax


def rare_class(reports: Mapping[str, Report], name: str, ax: Axes | None = None) -> Axes:
    """Of several Reports on the same images: the accuracy beside the recall and the precision of the class `name`."""
    ax = figures.new(8.5, 3.2)[0] if ax is None else ax
    rows = [
        {"accuracy": r.accuracy} | r.per_class.loc[name, ["recall", "precision"]].to_dict() for r in reports.values()
    ]
    labels = ("accuracy", f"recall of {name}", f"precision of {name}")
    colours = (figures.GREY, figures.BLUE, figures.ORANGE)
    for i, (key, label, colour) in enumerate(zip(rows[0], labels, colours, strict=True)):
        heights = [row[key] for row in rows]
        bars = ax.bar(np.arange(len(rows)) + (i - 1) * 0.28, heights, 0.28, label=literally(label), color=colour)
        ax.bar_label(bars, [f"{height:.0%}" for height in heights], fontsize=8)
    ax.set_xticks(range(len(reports)), map(literally, reports))
    ax.set(ylim=(0, 1.12))
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    each = [", ".join(f"{key} {value:.0%}" for key, value in row.items()) for row in rows]
    said = "; ".join(f"{way}: {row}" for way, row in zip(reports, each, strict=True))
    finish(ax, f"Accuracy, and what it hides of the class {name}", said)
    return ax
