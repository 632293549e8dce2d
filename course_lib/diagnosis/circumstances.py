"""Circumstances: what goes with the class, and what differs between parts, though it is not what is to be seen."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..imageset import ImageSet

CHANCE = 0.001  # a tie that would come about more often by chance is none
FOLDS = 5
NAMES = ("id", "group", "source", "individual")
FEW_VALUES = 20  # a fact with more different words than this is a name, not a circumstance


def closest_fact(images: ImageSet) -> tuple[str, float]:
    """The circumstance among the facts that goes with the class most, and how closely: Cramér's V.

    Numbers and names (of images, groups, the class) are no circumstances. A fact that is the same for all images of a
    group is counted once per group.
    """
    found = ("", np.nan)
    groups, classes = images.facts["group"].astype(str), {name.casefold() for name in images.classes}
    for name, values in images.facts.items():
        known = values.notna().to_numpy()
        words, group = values[known].astype(str), groups[known]
        named = {word.casefold() for word in words} <= classes
        if name in NAMES or named or values.dtype.kind in "iuf" or not 2 <= words.nunique() <= FEW_VALUES:
            continue
        once = ~group.duplicated().to_numpy() if words.groupby(group).nunique().max() == 1 else slice(None)
        tie = cramers_v(words.to_numpy()[once], images.labels.numpy()[known][once])
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


def told_apart(left: ImageSet, right: ImageSet) -> float:
    """Area under the ROC curve of a logistic regression that tells the sets apart, cross-validated by group.

    A classifier two-sample test (Lopez-Paz and Oquab 2017) on statistics that light, blur, noise and tint move. NaN
    with fewer than FOLDS groups on a side.
    """
    if min(images.facts["group"].nunique() for images in (left, right)) < FOLDS:
        return np.nan
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    both = (*left.images.split(256), *right.images.split(256))  # a float copy of a large set would not fit
    inputs = torch.cat([statistics(chunk) for chunk in both]).numpy()
    side = np.repeat([0, 1], [len(left), len(right)])
    groups = np.concatenate([images.facts["group"].astype(str).to_numpy() for images in (left, right)])
    judge = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    scores = cross_val_predict(judge, inputs, side, groups=groups, cv=folds, method="decision_function")
    return float(roc_auc_score(side, scores))


def statistics(images: Tensor) -> Tensor:
    """uint8 [N, C, H, W] → float32 [N, 4·C]: of each channel mean, spread, and how rough it is, fine and coarse."""
    pixels = images.float() / 255
    coarse = torch.nn.functional.avg_pool2d(pixels, 2)
    rough = [sum(t.diff(dim=axis).abs().mean((2, 3)) for axis in (2, 3)) for t in (pixels, coarse)]
    return torch.cat([pixels.mean((2, 3)), pixels.std((2, 3), correction=0), *rough], dim=1).nan_to_num()
