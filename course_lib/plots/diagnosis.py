"""Figures of findings: for each fault the picture that shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .. import evaluation, frames
from ..findings import FAULTS, Findings
from ..names import pick
from .augmentation import survival_map
from .data import class_balance, split_audit
from .drawing import finish, listed, mosaic
from .training import learning_curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 6


def finding(findings: Findings, fault: str) -> Axes:
    """The figure that belongs to `fault`, one of FAULTS, whether it was found or not."""
    return pick(_FIGURES, fault, "fault")(findings)


def _curves(findings: Findings) -> Axes:
    return learning_curves(findings.run)[0]


def _audited(findings: Findings) -> Axes:
    return split_audit(findings.audit)[0]


def _contradicted(findings: Findings) -> Axes:
    """Train images whose label the model is surest to be another."""
    report = evaluation.evaluate(findings.run.model, findings.split.train)
    wrong = report.errors(SHOWN)
    captions = [f"labelled {error.true}\nseen as {error.predicted}" for error in wrong.itertuples()]
    ax = mosaic(report.images[report.wrong[:SHOWN]].images, captions, columns=SHOWN, ax=None)
    title = f"Train images whose label the model contradicts, {len(wrong)} of {len(report.wrong)}, the surest first"
    finish(ax, title if len(wrong) else "No label is contradicted", listed(c.replace("\n", ", ") for c in captions))
    return ax


def _survived(findings: Findings) -> Axes:
    if findings.survival is None:
        raise ValueError("there is no augmentation to look at: the run was trained without a policy")
    return survival_map(findings.survival)


def _val_and_test(findings: Findings) -> Axes:
    """As many val as test images, one row each, spread evenly over the part."""
    parts = {"val": findings.split.val, "test": findings.split.test}
    chosen = {part: images[np.linspace(0, len(images) - 1, SHOWN).astype(int)] for part, images in parts.items()}
    captions = [f"{part}: {name}" for part, images in chosen.items() for name in images.label_names]
    ax = mosaic([image for images in chosen.values() for image in images.images], captions, columns=SHOWN, ax=None)
    finish(ax, "Val images above, test images below", findings["domain shift"].evidence)
    return ax


def _framed(findings: Findings) -> Axes:
    """Val images in the frame of another class, and what the model takes them for."""
    framed, donors = frames.swapped(findings.split.val)
    if not len(framed):
        raise ValueError("val has one class, so there is no frame of another: make the split with more images")
    shown = slice(0, SHOWN)
    report = evaluation.evaluate(findings.run.model, framed[shown])
    classes = framed.classes
    triples = zip(report.images.label_names, donors[shown].tolist(), report.predicted.tolist(), strict=True)
    captions = [f"{name}, frame: {classes[donor]}\n→ {classes[taken]}" for name, donor, taken in triples]
    ax = mosaic(report.images.images, captions, columns=SHOWN, ax=None)
    finish(
        ax,
        "Val images in the frame of another class, and what the model takes them for",
        listed(c.replace("\n", " ") for c in captions),
    )
    return ax


_FIGURES: dict[str, Callable[[Findings], Axes]] = dict.fromkeys(FAULTS, _curves) | {
    "leakage": _audited,
    "class imbalance": lambda findings: class_balance(findings.split),
    "label noise": _contradicted,
    "augmentation changes the label": _survived,
    "domain shift": _val_and_test,
    "shortcut": _framed,
}
