"""Symptoms: what can be measured of a split, a run and a report before anything is called a fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from .. import audit, evaluation, frames, models, splits, training
from ..augment import Policy, survival
from ..evaluation import Report
from ..imageset import ImageSet
from ..learning_rate import range_test
from ..models import Classifier, predict
from ..runs import Run
from ..splits import Split
from ..survival import CHANGES, Survival
from ..transforms import OPERATIONS

if TYPE_CHECKING:
    import pandas as pd

REFERENCE = "small_cnn"  # trained with the defaults of `fit`, it shows what these images allow
POOR, DOUBTFUL, JUMPY = 0.85, 0.08, 0.05  # beyond these, curves raise a question that takes an experiment to answer
CHANCE = 0.001  # a tie that would come about more often by chance is none
FEW_VALUES = 20  # a fact with more different words than this is a name, not a circumstance


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


def measure(split: Split, run: Run, report: Report, policy: Policy | None) -> Symptoms:
    """Everything in Symptoms. A reference and range tests only where the run gives a reason: a few seconds each."""
    on_train, on_val = (evaluation.evaluate(run.model, images) for images in (split.train, split.val))
    on_test = report if report.images.facts["id"].tolist() == split.test.facts["id"].tolist() else None
    sure, doubted = median_confidence(on_train), error_of_the_surest(on_val)
    climbs = jumps(run.history)
    steps = kept_apart(policy)
    poor = sure < POOR or doubted > DOUBTFUL
    reference = trained_reference(split, run.config["seed"]) if poor or steps else None
    if reference:
        doubted = error_of_the_surest(evaluation.evaluate(reference, split.val))
    last, counts = run.history.iloc[-1], split.train.counts()
    fact, tie = closest_fact(split.train)
    copies, groups = leaks(split)
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
    model = models.build(REFERENCE, split.train, seed=seed)
    training.fit(model, split.train, split.val, seed=seed)
    return model


def median_confidence(report: Report) -> float:
    return float(report.confidence.median())


def error_of_the_surest(report: Report, share: float = 1 / 3) -> float:
    """A model is rarely wrong where it is surest; a label that was given wrongly is as likely there as elsewhere."""
    surest = report.confidence.topk(max(1, round(share * len(report.images)))).indices
    return float((report.predicted != report.images.labels)[surest].float().mean())


def suggested_rate(run: Run, split: Split) -> float:
    """The middle one of three range tests of the run's architecture from random weights; see `learning_rate`."""
    fresh = models.build(run.model.name, split.train, seed=run.config["seed"], dropout=run.model.spec["dropout"])
    return float(np.median([range_test(fresh, split.train, seed=seed).suggested for seed in range(3)]))


def jumps(history: pd.DataFrame) -> float:
    """How far val loss climbs from one epoch to the next, on average, over its median."""
    loss = history.val_loss.to_numpy()
    return float(np.diff(loss).clip(min=0).mean() / np.median(loss)) if len(loss) > 1 else np.nan


def leaks(split: Split) -> tuple[float, float]:
    """Shares of the val and test images with a copy, and with relatives, in an earlier part; see `splits.audit`."""
    judged = len(split.val) + len(split.test)
    pairs = splits.audit(split).pairs
    images = {kind: len(rows[["right_part", "right"]].drop_duplicates()) for kind, rows in pairs.groupby("kind")}
    by_chance = audit.NEAR_SHARE * judged
    near = images.get("near", 0) if images.get("near", 0) > by_chance else 0
    groups = [images.facts["group"].astype(str) for images in split.parts.values()]
    if not any(group.duplicated().any() for group in groups):
        return (images.get("exact", 0) + near) / judged, np.nan
    shared = sum(int(group.isin(groups[0]).sum()) for group in groups[1:])
    return (images.get("exact", 0) + near) / judged, shared / judged


def closest_fact(images: ImageSet) -> tuple[str, float]:
    """The circumstance among the facts that goes with the class most, and how closely: Cramér's V."""
    found = ("", np.nan)
    for name, values in images.facts.items():
        words = values.astype(str)
        names_the_class = set(words) <= set(images.classes)
        if values.dtype.kind in "iuf" or not 2 <= words.nunique() <= FEW_VALUES or names_the_class:
            continue
        tie = cramers_v(words.to_numpy(), images.labels.numpy())
        if np.isnan(found[1]) or tie > found[1]:
            found = (name, tie)
    return found


def cramers_v(left: np.ndarray, right: np.ndarray) -> float:
    """Cramér's V, 0…1, without its bias for few images (Bergsma 2013, J. Korean Stat. Soc. 42:323); 0 if by chance."""
    import pandas as pd
    from scipy.stats import chi2_contingency

    table = pd.crosstab(left, right).to_numpy()
    n, (rows, columns) = table.sum(), table.shape
    if min(rows, columns) < 2:
        return 0.0
    test = chi2_contingency(table, correction=False)
    phi = test.statistic / n - (rows - 1) * (columns - 1) / (n - 1)
    rows, columns = (k - (k - 1) ** 2 / (n - 1) for k in (rows, columns))
    return min(1.0, float(np.sqrt(phi / (min(rows, columns) - 1)))) if test.pvalue < CHANCE and phi > 0 else 0.0


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
    chance = 1 / (len(val.classes) - 1)
    far = (followed / wrong - chance) / (1 - chance) if wrong and chance < 1 else 0.0
    return followed / len(framed), far


def told_apart(left: ImageSet, right: ImageSet) -> float:
    """Area under the ROC curve of a logistic regression that tells the sets apart, cross-validated by group.

    A classifier two-sample test (Lopez-Paz and Oquab 2017) on statistics that light, blur, noise and tint move.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    inputs = torch.cat([statistics(left.images), statistics(right.images)]).numpy()
    side = np.repeat([0, 1], [len(left), len(right)])
    groups = np.concatenate([images.facts["group"].astype(str).to_numpy() for images in (left, right)])
    judge = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    scores = cross_val_predict(judge, inputs, side, groups=groups, cv=folds, method="decision_function")
    return float(roc_auc_score(side, scores))


def statistics(images: Tensor) -> Tensor:
    """uint8 [N, C, H, W] → float32 [N, 4·C]: of each channel mean, spread, and how rough it is, fine and coarse."""
    pixels = images.float() / 255
    coarse = torch.nn.functional.avg_pool2d(pixels, 2)
    rough = [sum(t.diff(dim=axis).abs().mean((2, 3)) for axis in (2, 3)) for t in (pixels, coarse)]
    return torch.cat([pixels.mean((2, 3)), pixels.std((2, 3)), *rough], dim=1)


def survived(reference: Classifier, split: Split, steps: dict[str, float]) -> Survival:
    """Which labels survive `steps`. The run's own model is not asked: what it was trained with seems harmless to it."""
    return survival(reference, split.val, operations=list(steps), strengths=sorted(set(steps.values())))
