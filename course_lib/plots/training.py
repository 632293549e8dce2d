"""Figures of training: how a run went, several side by side, and which learning rate to take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from .. import figures, learning_rate
from ..learning_rate import RangeTest
from ..runs import Comparison, Run
from .drawing import finish, listed, literally

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Told apart by dash and marker as well as by colour.
STYLES = (
    {"color": figures.BLUE, "linestyle": "-", "marker": "o"},
    {"color": figures.RED, "linestyle": "--", "marker": "s"},
    {"color": figures.GREEN, "linestyle": "-.", "marker": "^"},
    {"color": figures.PURPLE, "linestyle": ":", "marker": "D"},
    {"color": figures.ORANGE, "linestyle": "-", "marker": "v"},
    {"color": figures.GREY, "linestyle": "--", "marker": "P"},
)


def learning_curves(run: Run) -> np.ndarray:
    """Two Axes: loss and accuracy per epoch, train and val, with the epoch that was kept."""
    return history(run.history, kept=run.best_epoch)


def history(table: pd.DataFrame, *, kept: int = 0, epochs: int | None = None) -> np.ndarray:
    """Two Axes from the history of a run, also of one that is still going on: of its `epochs` the rest is left free."""
    axes = figures.new(9.5, 3.2, columns=2)
    for ax, what in zip(axes, ("loss", "accuracy"), strict=True):
        _curves(ax, table, what)
        if kept:
            ax.axvline(kept, color=figures.GREY, linestyle=":", label=f"kept: epoch {kept}")
        if epochs:
            ax.set_xlim(0.5, epochs + 0.5)
        ax.set(xlabel="epoch", ylabel=what)
        ax.legend(frameon=False)
    axes[1].set_ylim(top=1.02)
    finish(axes[0], "Loss: lower is better", f"ends at {_ends(table, 'loss')}")
    finish(axes[1], "Accuracy: higher is better", f"ends at {_ends(table, 'accuracy')}")
    return axes


def compare(comparison: Comparison) -> np.ndarray:
    """Two Axes: the val loss and the val accuracy of several runs, one line each, and what was kept of each."""
    axes = figures.new(9.5, 3.4, columns=2)
    for (name, run), style in zip(comparison.runs.items(), _styles(comparison.runs), strict=True):
        for ax, what in zip(axes, ("loss", "accuracy"), strict=True):
            ax.plot(run.history.epoch, run.history[f"val_{what}"], label=literally(name), markersize=3.5, **style)
            if run.best_epoch:
                ax.plot(run.best_epoch, run.metrics[f"val_{what}"], "o", mfc="none", ms=11, color=style["color"])
    for ax, what in zip(axes, ("loss", "accuracy"), strict=True):
        ax.set(xlabel="epoch", ylabel=f"val {what}")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(alpha=0.25)
    _log_scale(axes[0])
    axes[1].set_ylim(0, 1.02)
    axes[1].legend(frameon=False, fontsize=9)
    ends = listed(f"{name} {_ends(run.history, 'loss')}" for name, run in comparison.runs.items())
    finish(axes[0], "Val loss (ring: the epoch that was kept)", ends)
    ends = listed(f"{name} {_ends(run.history, 'accuracy')}" for name, run in comparison.runs.items())
    finish(axes[1], "Val accuracy", ends)
    return axes


def cases(runs: Mapping[str, Run], what: str = "accuracy", columns: int = 3) -> np.ndarray:
    """An Axes per run: the train and val curves of `what` ("accuracy" or "loss"), under the name of the case."""
    rows = -(-len(runs) // columns)
    axes = figures.new(9.5, 2.5 * rows, columns, rows, sharey=True)
    for ax, (name, run) in zip(axes, runs.items(), strict=False):
        _curves(ax, run.history, what)
        ax.set_xlabel("epoch")
        finish(ax, name, f"{what} ends at {_ends(run.history, what)}")
    top = max(run.history[[f"train_{what}", f"val_{what}"]].max(axis=None) for run in runs.values())
    axes[0].set_ylim(0, min(1.05 * top, 2.5) if what == "loss" else 1.04)  # one spike must not flatten all the others
    for ax in axes[len(runs) :]:
        ax.set_axis_off()
    for ax in axes[::columns]:
        ax.set_ylabel(what)
    axes[0].legend(frameon=False, fontsize=9)
    return axes[: len(runs)]


def range_test(test: RangeTest, ax: Axes | None = None) -> Axes:
    """Loss against learning rate while the rate grows, and the rate that the test suggests."""
    ax = figures.new(9, 3.2)[0] if ax is None else ax
    ax.plot(test.table.lr, test.table.loss, color=figures.GREY, alpha=0.4, linewidth=1, label="each batch")
    ax.plot(test.table.lr, test.table.smoothed, color=figures.BLUE, linewidth=2.5, label="running mean")
    ax.axvline(test.suggested, color=figures.RED, linestyle="--", label=f"suggested: {test.suggested:.2g}")
    ax.set(xscale="log", xlabel="learning rate", ylabel="train loss")
    ax.set_ylim(0, 1.5 * test.table.smoothed.head(20).max())
    ax.grid(alpha=0.25)
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    reached = f"the loss nears its lowest at a rate of {10 * test.suggested:.2g}, and climbs far beyond it"
    finish(ax, "Learning-rate range test", reached)
    return ax


def schedules(names: Iterable[str], lr: float, epochs: int, ax: Axes | None = None) -> Axes:
    """The learning rate over a training of `epochs` under each of the schedules."""
    ax = figures.new(7.5, 3)[0] if ax is None else ax
    names = list(names)
    for name, style in zip(names, _styles(names), strict=True):
        rates = learning_rate.rates(name, lr, epochs)
        style = {key: value for key, value in style.items() if key != "marker"}
        ax.plot(np.arange(len(rates)) / len(rates) * epochs, rates, label=name.replace("_", "-"), linewidth=2, **style)
    ax.set(xlabel="epoch", ylabel="learning rate", xlim=(0, epochs), ylim=(0, 1.06 * lr))
    ax.grid(alpha=0.25)
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    finish(ax, f"Schedules that reach {lr:g}", listed(name.replace("_", "-") for name in names))
    return ax


def _curves(ax: Axes, table: pd.DataFrame, what: str) -> None:
    """Train and val per epoch, val dashed, as on the diagnosis map."""
    for part, linestyle in (("train", "-"), ("val", "--")):
        style = {"color": figures.PART_COLOURS[part], "linestyle": linestyle, "marker": "o", "markersize": 3.5}
        ax.plot(table.epoch, table[f"{part}_{what}"], label=part, linewidth=2, **style)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.grid(alpha=0.25)


def _log_scale(ax: Axes) -> None:
    """A logarithmic y axis with plain numbers, such as 0.5, where matplotlib would write 5 × 10⁻¹."""
    from matplotlib.ticker import LogLocator, NullFormatter

    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())


def _styles(names: Iterable[str]) -> list[dict]:
    return [STYLES[i % len(STYLES)] for i, _ in enumerate(names)]


def _ends(table: pd.DataFrame, what: str) -> str:
    if table.empty:
        return "nothing, as no epoch was finished"
    last = table.iloc[-1]
    return f"{last[f'train_{what}']:.2f} on train and {last[f'val_{what}']:.2f} on val after {len(table)} epochs"
