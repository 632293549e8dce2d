"""Every figure of the course: takes a noun, returns Axes, and tells in its alternative text what it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from . import figures
from .audit import Audit
from .evaluation import Report
from .imageset import ImageSet
from .runs import Run
from .splits import Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def samples(images: ImageSet, n: int = 16, ax: Axes | None = None) -> Axes:
    """`n` images spread evenly over the set, each with its class."""
    rows = np.unique(np.linspace(0, len(images) - 1, n).round().astype(int)) if len(images) else []
    shown = images[rows]
    ax = _mosaic(shown.images, shown.label_names, columns=8, ax=ax)
    _finish(ax, f"{images.name}: {len(shown)} of {len(images):,} images", f"classes {_listed(shown.label_names)}")
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
    _mosaic(images, captions, columns=4, ax=tiles, pairs=True)
    shared = audit.pairs["group"].nunique()
    title = f"On two sides: {len(kinds['exact'])} exact and {len(kinds['near'])} near copies, {shared} groups"
    _finish(tiles, title, f"audit {'ok' if audit.ok else 'not ok'}")
    return np.array([bars, tiles])


def learning_curves(run: Run) -> np.ndarray:
    """Two Axes: loss and accuracy per epoch, train and val, with the epoch that was kept."""
    axes = figures.new(9.5, 3.2, columns=2)
    for ax, what in zip(axes, ("loss", "accuracy"), strict=True):
        for part in ("train", "val"):
            values = run.history[f"{part}_{what}"]
            style = {"color": figures.PART_COLOURS[part], "marker": "o", "markersize": 3.5, "linewidth": 2}
            ax.plot(run.history.epoch, values, label=part, **style)
        if run.best_epoch:
            ax.axvline(run.best_epoch, color=figures.GREY, linestyle=":", label=f"kept: epoch {run.best_epoch}")
        ax.set(xlabel="epoch", ylabel=what)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(alpha=0.25)
        ax.legend(frameon=False)
    axes[1].set_ylim(top=1.02)
    _finish(axes[0], "Loss: lower is better", f"ends at {_ends(run, 'loss')}")
    _finish(axes[1], "Accuracy: higher is better", f"ends at {_ends(run, 'accuracy')}")
    return axes


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
    names = [_literally(name) for name in counts.index]
    sns.heatmap(shares, xticklabels=names, yticklabels=names, **writing, **colours, linewidths=0.5, square=True, ax=ax)
    ax.tick_params(axis="y", rotation=0)
    worst = report.confused_pairs(1)
    repeated = len(worst) and worst.images.iloc[0] > 1  # a mistake made once is no pattern
    pair = f"; most frequent mistake: {worst.true.iloc[0]} taken for {worst.predicted.iloc[0]}" if repeated else ""
    right = len(report.images) - len(report.wrong)
    _finish(ax, f"{right} of {len(report.images)} right{pair}", "rows are true classes, columns predicted ones")
    return ax


def wrong_examples(report: Report, n: int = 12, ax: Axes | None = None) -> Axes:
    """The `n` most confident wrong predictions: true → predicted, and the confidence."""
    errors = report.errors(n)
    captions = [f"{row.true} → {row.predicted}\n{row.confidence:.0%} sure" for row in errors.itertuples()]
    ax = _mosaic(report.images[report.wrong[:n]].images, captions, columns=6, ax=ax)
    title = f"{len(errors)} of {len(report.wrong)} wrong predictions, the most confident first"
    _finish(ax, title if len(errors) else "No wrong prediction", _listed(c.replace("\n", ", ") for c in captions))
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
    ax.set_yticks(range(len(reports)), map(_literally, reports))
    ax.set(
        xlim=(max(0, min(lowest, chance) - 0.05), 1),
        ylim=(len(reports) - 0.5, -0.7),
        xlabel="accuracy (band: 95 % interval)",
    )
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.grid(axis="x", alpha=0.25)
    sizes = _listed(f"{name} {report.accuracy:.1%}" for name, report in reports.items())
    _finish(ax, "Accuracy, side by side", sizes)
    return ax


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
    ax.set_xticks(range(len(images.classes)), map(_literally, images.classes), **turned)
    ax.set_ylabel("images")
    if len(parts) > 1:
        ax.legend(frameon=False, ncols=len(parts), loc="lower right", bbox_to_anchor=(1, 1.0), fontsize=8)
    sizes = _listed(f"{part} {images.counts().min()} to {images.counts().max()}" for part, images in parts.items())
    _finish(ax, title, f"per class: {sizes}", loc="left")
    return ax


def _mosaic(
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
        ax.text(left + 0.5, top - 1.04, _literally(caption), ha="center", va="top", fontsize=8, linespacing=1.1)
    ax.set(xlim=(-0.05, columns * 1.1 - 0.05), ylim=(-rows * tall, 0.03), aspect="equal")
    ax.set_axis_off()
    return ax


def _finish(ax: Axes, title: str, more: str, loc: str = "center") -> None:
    ax.set_title(_literally(title), fontsize=10.5, loc=loc)
    figures.describe(ax, f"{title}; {more}." if more else f"{title}.")


def _literally(text: str) -> str:
    """`text` as it is: matplotlib would set what stands between two $ as a formula, and a class may be called so."""
    return text.replace("$", r"\$")


def _listed(items: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(items))


def _ends(run: Run, what: str) -> str:
    if run.history.empty:
        return "nothing, as no epoch was finished"
    last = run.history.iloc[-1]
    return f"{last[f'train_{what}']:.2f} on train and {last[f'val_{what}']:.2f} on val after {len(run.history)} epochs"


def _taking_turns(tables, n: int) -> list:
    """Up to `n` rows: first the first of each table, then the second of each, and so on."""
    rows = [list(table.head(n).itertuples()) for table in tables]
    turns = [row[i] for i in range(n) for row in rows if i < len(row)]
    return turns[:n]
