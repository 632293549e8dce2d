"""Calibration: does a confidence of 0.9 mean right nine times in ten, and when is it better to say "don't know"?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from .evaluation import Report
from .intervals import wilson

if TYPE_CHECKING:
    import pandas as pd

COLDEST, HOTTEST = 0.05, 20.0  # between these a temperature is looked for: without a mistake on val it has no end
HALVINGS = 60  # of that range, until nothing of it is left in a float


def temperature(report: Report) -> float:
    """The temperature T that makes the confidences of `report` fit its labels best; take the Report on val.

    T minimises the mean negative log-likelihood of softmax(logits / T) (Guo et al. 2017, On Calibration of Modern
    Neural Networks, section 4.2). Over 1: the model was too sure of itself. From 0.05 to 20; it ends at a border where
    the likelihood would have it go on for ever, such as 0.05 if every image is right.
    """
    logits = _logits(report)
    true = logits.gather(1, report.images.labels[:, None]).flatten()
    low, high = 1 / HOTTEST, 1 / COLDEST  # in 1/T the likelihood has one valley: go down its slope
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        expected = ((logits * middle).softmax(1) * logits).sum(1)
        slope = float((expected - true).mean())  # derivative of the mean negative log-likelihood by 1/T
        low, high = (low, middle) if slope > 0 else (middle, high)
    return 2 / (low + high)


def scale(report: Report, temperature: float) -> Report:
    """The same Report with confidences softmax(logits / temperature): over 1 less sure, below 1 surer.

    Every predicted label stays what it was, but for ties within rounding. Raises ValueError unless the temperature is
    over 0.
    """
    if not 0 < temperature < float("inf"):
        raise ValueError(f"a temperature is a number over 0; got {temperature!r}: fit it with temperature(val_report)")
    scaled = (_logits(report) / temperature).softmax(1).float()
    return replace(report, probabilities=scaled, model=f"{report.model}, scaled")


def reliability(report: Report, bins: int = 10) -> pd.DataFrame:
    """Confidence against accuracy, a row per bin that has images.

    low, high (the bin, in 0…1; the upper end belongs to the next), images, confidence (mean), accuracy, and its 95 %
    interval accuracy_low, accuracy_high (Wilson 1927, of as many images as these are worth). Raises ValueError for
    fewer than one bin.
    """
    import pandas as pd

    if bins < 1:
        raise ValueError(f"bins must be at least 1; got {bins}: 10 reads well")
    which = (report.confidence * bins).long().clamp_max(bins - 1)
    right = report.predicted == report.images.labels
    worth = report.independent / len(report.images)
    rows = []
    for i in which.unique().tolist():
        here = which == i
        images, correct = int(here.sum()), int(right[here].sum())
        low, high = wilson(correct * worth, images * worth)
        row = {"low": i / bins, "high": (i + 1) / bins, "images": images}
        row |= {"confidence": float(report.confidence[here].double().mean()), "accuracy": correct / images}
        rows.append(row | {"accuracy_low": low, "accuracy_high": high})
    return pd.DataFrame(rows)


def coverage(report: Report) -> pd.DataFrame:
    """What is gained by answering only images at least as sure as a threshold, and "don't know" to the others.

    A row per threshold at which something changes, from 0 up: threshold, coverage (share of images answered, 0…1),
    accuracy of those, and its 95 % interval low, high (Wilson 1927, of as many images as these are worth). Images of
    equal confidence are answered together.
    """
    import pandas as pd

    sure, order = report.confidence.sort(descending=True)
    right = (report.predicted == report.images.labels)[order].cumsum(0).numpy()
    sure, answered = sure.double().numpy(), np.arange(1, len(order) + 1)
    last = np.flatnonzero(np.append(sure[1:] != sure[:-1], True))[::-1]  # the last of each run of equals, from 0 up
    accuracy = right[last] / answered[last]
    worth = report.independent / len(order)
    pairs = zip(right[last] * worth, answered[last] * worth, strict=True)
    low, high = np.array([wilson(r, n) for r, n in pairs]).T
    thresholds = np.append(0.0, sure[last][1:])  # at 0 too everything is answered
    shares = answered[last] / len(order)
    return pd.DataFrame({"threshold": thresholds, "coverage": shares, "accuracy": accuracy, "low": low, "high": high})


def threshold(report: Report, accuracy: float) -> float:
    """The lowest confidence at which the answered images of `report` are right as often as `accuracy`; take val.

    Raises ValueError for an accuracy outside 0…1, and for one that no threshold reaches.
    """
    if not 0 < accuracy <= 1:
        raise ValueError(f"accuracy is a share over 0, at most 1; got {accuracy!r}: 0.95 means 95 %")
    table = coverage(report)
    enough = table[table.accuracy >= accuracy]
    if enough.empty:
        best = table.loc[table.accuracy.idxmax()]
        raise ValueError(
            f"no threshold reaches an accuracy of {accuracy:.1%} here: {best.accuracy:.1%} is the most, with "
            f"{best.coverage:.1%} of them answered: ask for less, or train a better model"
        )
    return float(enough.threshold.iloc[0])


def answered(report: Report, threshold: float) -> Report:
    """The Report of those images alone that are at least as sure as `threshold`: what is left after "don't know".

    Raises ValueError if none is.
    """
    rows = report.confidence.double() >= threshold
    if not rows.any():
        surest = float(report.confidence.max())
        raise ValueError(f"no image is as sure as {threshold:.3f}, the surest {surest:.3f}: take a lower threshold")
    return replace(report, images=report.images[rows.numpy()], probabilities=report.probabilities[rows])


def _logits(report: Report) -> Tensor:
    """Logits float64 [N, K] up to a constant per image, which softmax does not see; a probability of 0 stays finite."""
    tiny = torch.finfo(torch.float32).tiny
    return report.probabilities.double().clamp_min(tiny).log()
