"""Symptoms: what can be measured of a split, a run and a report before anything is called a fault."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from .. import evaluation, frames, models, training
from ..audit import NEAR_SHARE, Audit
from ..augment import Policy, survival
from ..evaluation import Report
from ..imageset import ImageSet
from ..learning_rate import range_test
from ..models import Classifier, predict
from ..runs import Run
from ..splits import Split
from ..survival import CHANGES, Survival
from ..transforms import OPERATIONS
from .circumstances import closest_fact, told_apart

if TYPE_CHECKING:
    import pandas as pd

REFERENCE = "small_cnn"  # trained with the defaults of `fit`, it shows what these images allow
POOR, DOUBTFUL, JUMPY = 0.85, 0.08, 0.05  # beyond these, curves raise a question that takes an experiment to answer
ENOUGH = 5000  # images of a part are enough for the reference


@dataclass(frozen=True, eq=False)
class Symptoms:
    """Numbers only; a share is 0…1, and NaN stands for what was not measured.

    train, val      accuracy of the kept weights, nothing augmented
    sure            median confidence on train, of the kept weights
    reference       the same of a `small_cnn` trained on these images with the defaults of `fit`
    doubted         error rate among the surest third of the val images; of the reference where there is one
    end_train       train accuracy of the last epoch; end_gap: how far val accuracy was below it
    loss_gap        val loss minus train loss in the last epoch; loss_ratio: one over the other
    jumps           how far val loss climbs from one epoch to the next, on average, over its median
    rate            the learning rate of the run over what range tests suggest
    copies          share of the val and test images that have a copy in an earlier part, beyond what is chance
    groups          share of the val and test images whose group has train images, where groups are known
    imbalance       train images of the largest class over those of the smallest
    lowest_recall   of the class that val finds least often
    test            accuracy on test; NaN if the report is on val
    domains         how well val and test images are told apart by simple image statistics: 0.5 not at all, 1 always
    frame           share of val images that are taken for the class whose frame was put around them
    guessed         the share that would be by guessing
    follows         how far those taken for a wrong class follow the frame rather than chance: 0 not at all, 1 all
    fact, tie       the circumstance that goes with the class most, and how closely (Cramér's V, 0…1)
    survival        what the steps of the policy do to labels in the eyes of the reference; None without a policy
    """

    train: float
    val: float
    sure: float
    reference: float
    doubted: float
    end_train: float
    end_gap: float
    loss_gap: float
    loss_ratio: float
    jumps: float
    rate: float
    copies: float
    groups: float
    imbalance: float
    lowest_recall: float
    test: float
    domains: float
    frame: float
    guessed: float
    follows: float
    fact: str
    tie: float
    survival: Survival | None

    @property
    def exchanges(self) -> str:
        """The pairs of classes that the policy makes change places, "rotate 1: 6↔9"; empty if none."""
        if self.survival is None:
            return ""
        table = self.survival.table
        changed = table[table.verdict == CHANGES]
        return "; ".join(f"{row.operation} {row.strength:g}: {row.exchanges}" for row in changed.itertuples())


def measure(split: Split, run: Run, report: Report, policy: Policy | None, audit: Audit) -> Symptoms:
    """Everything in Symptoms. A reference and range tests only where the run gives a reason, as they train networks."""
    on_train, on_val = (evaluation.evaluate(run.model, images) for images in (split.train, split.val))
    on_test = report if report.images.facts["id"].tolist() == split.test.facts["id"].tolist() else None
    sure, doubted = median_confidence(on_train), error_of_the_surest(on_val)
    climbs = jumps(run.history)
    steps = kept_apart(policy)
    poor = sure < POOR or doubted > DOUBTFUL
    reference = trained_reference(split, run.config["seed"]) if poor or steps else None
    if reference:
        doubted = doubted_by_both(doubted, evaluation.evaluate(reference, split.val))
    last, counts = run.history.iloc[-1], split.train.counts()
    fact, tie = closest_fact(split.train)
    copies, groups = leaks(audit)
    frame, follows = follows_the_frame(run.model, split.val)
    return Symptoms(
        train=on_train.accuracy,
        val=on_val.accuracy,
        sure=sure,
        reference=median_confidence(evaluation.evaluate(reference, split.train)) if reference else np.nan,
        doubted=doubted,
        end_train=float(last.train_accuracy),
        end_gap=float(last.train_accuracy - last.val_accuracy),
        loss_gap=float(last.val_loss - last.train_loss),
        loss_ratio=float(last.val_loss / last.train_loss),
        jumps=climbs,
        rate=run.config["lr"] / suggested_rate(run, split) if poor or climbs > JUMPY else np.nan,
        copies=copies,
        groups=groups,
        imbalance=float(counts.max() / counts.min()),
        lowest_recall=float(on_val.per_class.recall[on_val.per_class.support > 0].min()),
        test=on_test.accuracy if on_test else np.nan,
        domains=told_apart(split.val, split.test) if on_test else np.nan,
        frame=frame,
        guessed=1 / len(split.train.classes),
        follows=follows,
        fact=fact,
        tie=tie,
        survival=survived(reference, split, steps) if steps else None,
    )


def kept_apart(policy: Policy | None) -> dict[str, float]:
    """The steps of a policy that keep one image, and so may change its label, with their strengths."""
    steps = policy.steps if policy else ()
    return {step: strength for step, strength in steps if strength > 0 and not OPERATIONS[step].mixes}


def trained_reference(split: Split, seed: int) -> Classifier:
    """What these images allow: a small network, trained with the defaults of `fit` and without augmentation."""
    train, val = split.train[:ENOUGH], split.val[:ENOUGH]
    model = models.build(REFERENCE, train, seed=seed)
    training.fit(model, train, val, seed=seed)
    return model


def median_confidence(report: Report) -> float:
    return float(report.confidence.median())


def error_of_the_surest(report: Report, share: float = 1 / 3) -> float:
    """A model is rarely wrong where it is surest; a label that was given wrongly is as likely there as elsewhere."""
    surest = report.confidence.topk(max(1, round(share * len(report.images)))).indices
    return float((report.predicted != report.images.labels)[surest].float().mean())


def doubted_by_both(own: float, reference: Report) -> float:
    """What the run's own model and the reference both doubt; NaN if the reference is hardly better than guessing."""
    most = float(reference.images.counts().max() / len(reference.images))
    return min(own, error_of_the_surest(reference)) if reference.interval[0] > most else np.nan


def suggested_rate(run: Run, split: Split) -> float:
    """The middle one of three range tests of the run's architecture from random weights; see `learning_rate`.

    Of a frozen backbone, only the head begins anew. A backbone that was pretrained and not frozen is tested from random
    weights too, because a Run does not know where its weights began.
    """
    seed = run.config["seed"]
    if run.model.frozen:
        fresh = copy.deepcopy(run.model)
        with torch.random.fork_rng(devices=[]):  # the caller's random state stays what it was
            torch.manual_seed(seed)
            fresh.head.reset_parameters()
    else:
        fresh = models.build(run.model.name, split.train[:ENOUGH], seed=seed, dropout=run.model.spec["dropout"])
        fresh.to(run.model.mean.device)
    return float(np.median([range_test(fresh, split.train, seed=i).suggested for i in range(3)]))


def jumps(history: pd.DataFrame) -> float:
    """How far val loss climbs from one epoch to the next, on average, over its median."""
    loss = history.val_loss.to_numpy()
    return float(np.diff(loss).clip(min=0).mean() / np.median(loss)) if len(loss) > 1 else np.nan


def leaks(audit: Audit) -> tuple[float, float]:
    """Shares of the val and test images with a copy, and with relatives, in an earlier part, as the audit found."""
    _train, *judged = audit.parts.values()
    total = sum(map(len, judged))

    def hit(*kinds: str) -> int:
        return len(audit.pairs[audit.pairs.kind.isin(kinds)][["right_part", "right"]].drop_duplicates())

    by_chance = NEAR_SHARE * total
    copies = hit("exact", "near") if hit("near") > by_chance else hit("exact")
    groups = [images.facts["group"].astype(str) for images in audit.parts.values()]
    if not any(group.duplicated().any() for group in groups):
        return copies / total, np.nan
    return copies / total, sum(int(group.isin(groups[0]).sum()) for group in groups[1:]) / total


def follows_the_frame(model: Classifier, val: ImageSet) -> tuple[float, float]:
    """Share of images taken for the class whose frame is put around them, and how far that is from chance.

    Of the images that are taken for a wrong class: 0 if they go to every wrong class alike, as when the thing is lost
    and the model guesses, 1 if they all go to the class of the frame.
    """
    framed, donors = frames.swapped(val)
    if not len(framed):
        return np.nan, np.nan
    taken = predict(model, framed.images).argmax(1)
    wrong, followed = int((taken != framed.labels).sum()), int((taken == donors).sum())
    others = len(framed.labels.unique()) - 1
    if others == 1:  # no third class to go to: what is beyond one half follows
        return followed / len(framed), max(0.0, 2 * followed / len(framed) - 1)
    return followed / len(framed), (followed / wrong - 1 / others) / (1 - 1 / others) if wrong else 0.0


def survived(reference: Classifier, split: Split, steps: dict[str, float]) -> Survival:
    """Which labels survive `steps`. The run's own model is not asked: what it was trained with seems harmless to it."""
    return survival(reference, split.val, operations=list(steps), strengths=sorted(set(steps.values())))
