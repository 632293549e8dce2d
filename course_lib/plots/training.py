"""Figures of training: how a run went, epoch by epoch."""

from __future__ import annotations

import numpy as np

from .. import figures
from ..runs import Run
from .drawing import finish


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
    finish(axes[0], "Loss: lower is better", f"ends at {_ends(run, 'loss')}")
    finish(axes[1], "Accuracy: higher is better", f"ends at {_ends(run, 'accuracy')}")
    return axes


def _ends(run: Run, what: str) -> str:
    if run.history.empty:
        return "nothing, as no epoch was finished"
    last = run.history.iloc[-1]
    return f"{last[f'train_{what}']:.2f} on train and {last[f'val_{what}']:.2f} on val after {len(run.history)} epochs"
