"""Rules: from symptoms to a fault, each with its limits, the evidence in words and what was looked at."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..findings import FAULTS, Finding
from .symptoms import Symptoms

Judgement = tuple[float, str, str]  # confidence 0…1 or NaN, evidence, how


def judge(symptoms: Symptoms) -> tuple[Finding, ...]:
    """A Finding for each of FAULTS; one that another explains is not counted twice."""
    judged = {fault: RULES[fault](symptoms) for fault in FAULTS}
    findings = []
    for fault, (own, evidence, how) in judged.items():
        confidence = min([own, *(1 - judged[other][0] for other in EXPLAINED_BY.get(fault, ()))])
        unknown = math.isnan(own)
        found = None if unknown else confidence >= 0.5
        findings.append(Finding(fault, found, 0.0 if unknown else confidence, evidence, how))
    return tuple(findings)


def over(value: float, limit: float, scale: float) -> float:
    """How sure that `value` is over `limit`: 0.5 there, 0.73 one `scale` above; NaN stays NaN."""
    if math.isnan(value):
        return math.nan
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, (value - limit) / scale))))


# The limits below were set on planted faults with seeds that benchmarks/diagnosis.py does not measure.
def underfitting(s: Symptoms) -> Judgement:
    how = "train and val accuracy, and a small_cnn with the defaults of fit on the same images"
    evidence = f"Train accuracy {s.train:.0%}, val {s.val:.0%}. Median confidence on train is {s.sure:.0%}"
    if math.isnan(s.reference):
        return 0.0, f"{evidence}, which is enough.", how
    return _unsure(s), f"{evidence}; that of a small_cnn with the defaults of fit is {s.reference:.0%}.", how


def _unsure(s: Symptoms) -> float:
    """More can be learnt from these images than this run did."""
    return over(s.reference - s.sure, 0.2, 0.04)


def overfitting(s: Symptoms) -> Judgement:
    evidence = (
        f"At the end train accuracy is {s.end_train:.0%}, val {s.end_train - s.end_gap:.0%}, and val loss "
        f"{s.loss_ratio:.1f} times train loss."
    )
    by_heart = max(over(s.end_train, 0.975, 0.005), over(s.end_gap, 0.2, 0.02))
    poorer = min(over(s.loss_gap, 0.3, 0.03), over(s.loss_ratio, 2.0, 0.1))
    return min(by_heart, poorer), evidence, "the gap between train and val at the end of the curves"


def rate_too_high(s: Symptoms) -> Judgement:
    climbs = 0.0 if math.isnan(s.jumps) else s.jumps
    evidence, how = _rates(s, f"Val loss climbs by {climbs:.0%} per epoch on average")
    unsure = 0.0 if math.isnan(s.reference) else _unsure(s)
    confidence = 0.0 if math.isnan(s.rate) else min(_beyond(s.rate, 8), max(over(climbs, 0.15, 0.03), unsure))
    return confidence, evidence, how


def rate_too_low(s: Symptoms) -> Judgement:
    evidence, how = _rates(s, f"Median confidence on train is {s.sure:.0%}")
    known = not math.isnan(s.rate + s.reference)
    return min(_beyond(1 / s.rate, 20), _unsure(s)) if known else 0.0, evidence, how


def _rates(s: Symptoms, seen: str) -> tuple[str, str]:
    how = "the curves, and learning-rate range tests if they give a reason"
    if math.isnan(s.rate):
        return f"{seen}: no reason for a range test.", how
    return f"{seen}; the learning rate is {s.rate:.2g} times what range tests suggest.", how


def _beyond(ratio: float, limit: float) -> float:
    return over(math.log10(ratio), math.log10(limit), 0.1)


def leakage(s: Symptoms) -> Judgement:
    known = not math.isnan(s.groups)
    families = f"{s.groups:.0%} have relatives in train" if known else "groups are not known"
    evidence = f"{s.copies:.0%} of the val and test images have a copy in an earlier part; {families}."
    return (
        over(max(s.copies, s.groups if known else 0), 0.06, 0.01),
        evidence,
        "the audit: exact and near copies, groups",
    )


def imbalance(s: Symptoms) -> Judgement:
    evidence = (
        f"The largest train class has {s.imbalance:.1f} times the images of the smallest; the lowest recall of a class "
        f"on val is {s.lowest_recall:.0%}."
    )
    return over(math.log2(s.imbalance), math.log2(3), 0.2), evidence, "images and recall per class"


def label_noise(s: Symptoms) -> Judgement:
    if math.isnan(s.doubted):
        how = "labels of unseen images that a model is surest to be another"
        return (
            math.nan,
            "A small_cnn with the defaults of fit is hardly better than guessing, so its doubts say nothing.",
            how,
        )
    evidence = f"Of the third of the val images that it is surest of, the model contradicts {s.doubted:.0%}."
    return over(s.doubted, 0.12, 0.02), evidence, "labels of unseen images that a model is surest to be another"


def augmentation(s: Symptoms) -> Judgement:
    how = "the policy's steps on val, judged by the same network trained without them"
    if s.survival is None:
        return 0.0, "There is no augmentation that keeps one image and could change its label.", how
    worst = s.survival.table.loc[s.survival.table.share.idxmin()]
    evidence = (
        f"{s.exchanges} change places." if s.exchanges else f"{worst.operation}: {worst.share:.0%} keep their label."
    )
    return 0.99 if s.exchanges else 0.01, evidence, how


def domain_shift(s: Symptoms) -> Judgement:
    how = "whether light, contrast and sharpness tell val from test images, and the accuracy on both"
    if math.isnan(s.domains):
        on_val = math.isnan(s.test)
        return math.nan, "The report is not on test." if on_val else "Too few groups of images to tell.", how
    evidence = (
        f"Light, contrast and sharpness tell a test from a val image in {s.domains:.0%} of pairs (50 % is chance); "
        f"accuracy {s.val:.0%} on val, {s.test:.0%} on test."
    )
    return over(s.domains, 0.68, 0.03), evidence, how


def shortcut(s: Symptoms) -> Judgement:
    how = "val images in the frame of another class, and facts that go with the class"
    tie = 0.0 if math.isnan(s.tie) else s.tie
    said = f"; {s.fact} goes with the class to {s.tie:.2f} of 1 (Cramér's V)." if s.fact else "."
    if math.isnan(s.frame):
        return math.nan, "Val has one class, so there is no frame of another.", how
    evidence = (
        f"{s.frame:.0%} of val images are taken for the class whose frame is put around them; by guessing it would be "
        f"{s.guessed:.0%}{said}"
    )
    follows = min(over(s.frame / s.guessed, 0.85, 0.05), over(s.follows, 0.35, 0.04))
    return max(follows, over(tie, 0.4, 0.04)), evidence, how


RULES: dict[str, Callable[[Symptoms], Judgement]] = {
    "underfitting": underfitting,
    "overfitting": overfitting,
    "learning rate too high": rate_too_high,
    "learning rate too low": rate_too_low,
    "leakage": leakage,
    "class imbalance": imbalance,
    "label noise": label_noise,
    "augmentation changes the label": augmentation,
    "domain shift": domain_shift,
    "shortcut": shortcut,
}
# A fault on the left is not named where one on the right is the cause of what speaks for it.
EXPLAINED_BY = {
    "underfitting": ("learning rate too high", "learning rate too low", "augmentation changes the label"),
    "overfitting": ("learning rate too high",),
    "label noise": ("overfitting",),
}
