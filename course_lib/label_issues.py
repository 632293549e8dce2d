"""Label issues: which labels does a model doubt that has not learnt from them?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch

from .evaluation import Report
from .imageset import ImageSet
from .models import build, predict
from .training import fit

if TYPE_CHECKING:
    import pandas as pd

VAL_PARTS = 6  # one in so many of the images that are not held out chooses the epoch


def find(report: Report) -> pd.DataFrame:
    """The images whose label is probably wrong, the most suspicious first: row, id, given, suggested, margin.

    margin  probability of the given label less that of the likeliest other one, -1…0

    Confident learning (Northcutt et al. 2021, Confident Learning, section 3): a class may be suggested where it is at
    least as probable as it is on average among the images labelled so; an image counts for the likeliest of these. It
    is suspicious if that is not the given one. Ranked by the margin.
    The model must not have learnt from these images: take a Report on val or test, or `cross_validated`.
    """
    import pandas as pd

    probabilities, labels = report.probabilities.double(), report.images.labels
    classes = range(probabilities.shape[1])
    # not a number without an image of the class, and nothing is at least that: nobody knows what it looks like
    usual = torch.stack([probabilities[labels == label, label].mean() for label in classes])
    confident = probabilities >= usual - 1e-9  # two images alike are as probable as their mean, but for rounding
    counted = probabilities.where(confident, torch.tensor(-1.0, dtype=torch.float64)).argmax(1)
    given = probabilities.gather(1, labels[:, None]).flatten()
    margin = given - probabilities.scatter(1, labels[:, None], -1.0).amax(1)
    # margin: a model whose own first choice is the given label does not doubt it
    rows = (confident.any(1) & (counted != labels) & (margin < 0)).nonzero().flatten()
    rows = rows[margin[rows].argsort(stable=True)].numpy()
    names = np.array(report.images.classes, dtype=object)
    return pd.DataFrame(
        {
            "row": rows,
            "id": report.images.facts["id"].to_numpy()[rows],
            "given": names[labels[rows]],
            "suggested": names[counted[rows]],
            "margin": margin[rows].numpy(),
        }
    )


def cross_validated(
    images: ImageSet, folds: int = 3, *, model: str = "small_cnn", by: str = "group", seed: int = 0, **settings
) -> Report:
    """A Report on all of `images` by models that have not learnt from them: `folds` models, each judges one part.

    by        "group": a group is judged whole, by a model that knows none of it; "class": images are cut at random
    settings  for `training.fit`, such as epochs
    Raises ValueError for a cut that cannot be made, and whatever `models.build` and `training.fit` refuse.
    """
    probabilities = torch.empty(len(images), len(images.classes))
    for train, val, held_out in _parts(images, folds, by, seed):
        network = build(model, images[train], seed=seed)
        fit(network, images[train], images[val], seed=seed, **settings)
        probabilities[held_out] = predict(network, images[held_out].images).softmax(1)
    return Report(images, probabilities, f"{model}, {folds} folds")


def _parts(images: ImageSet, folds: int, by: str, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Row numbers (train, val, held out) of each fold; every image is held out once."""
    import pandas as pd
    from sklearn.model_selection import StratifiedGroupKFold

    if by not in ("class", "group"):
        raise ValueError(f"by must be 'class' or 'group'; got {by!r}: 'group' when one subject has several images")
    labels = images.labels.numpy()
    groups = pd.factorize(images.facts["group"])[0] if by == "group" else np.arange(len(images))
    fewest = min((len(np.unique(groups[labels == label])) for label in np.unique(labels)), default=0)
    left = fewest - -(-fewest // max(folds, 1))  # of the rarest class, when a part of it is held out
    if not 2 <= folds <= fewest or left < 2:
        unit = "groups" if by == "group" else "images"
        raise ValueError(
            f"folds must be from 2 to {fewest}, the {unit} of the rarest class, and leave 2 of them to train and "
            f"choose; got {folds}: take 3, or collect more"
        )
    cut = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for rest, held_out in cut.split(labels, labels, groups):
        inner = StratifiedGroupKFold(min(VAL_PARTS, left), shuffle=True, random_state=seed)
        train, val = next(inner.split(rest, labels[rest], groups[rest]))
        yield rest[train], rest[val], held_out
