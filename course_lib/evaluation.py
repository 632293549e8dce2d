"""Report: how good a model is on one ImageSet, with its uncertainty, and where it is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from .imageset import ImageSet
from .intervals import independent, wilson
from .models import Classifier, predict
from .runs import Run

if TYPE_CHECKING:
    import pandas as pd

CALIBRATION_BINS = 15  # as in Guo et al. 2017, On Calibration of Modern Neural Networks, section 5


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """Probabilities on one ImageSet, and what follows from them.

    images         the N images that were judged
    probabilities  float32 [N, K], each row sums to 1
    model          name of the model
    classifier     the model itself, as `evaluate` got it: trained on since, it may answer otherwise by now
    """

    images: ImageSet
    probabilities: Tensor
    model: str
    classifier: Classifier | None = None

    @cached_property
    def predicted(self) -> Tensor:
        """The label with the highest probability, int64 [N]."""
        return self.probabilities.argmax(1)

    @cached_property
    def confidence(self) -> Tensor:
        """The probability of the predicted label, float32 [N] in 0…1."""
        return self.probabilities.amax(1)

    @cached_property
    def wrong(self) -> np.ndarray:
        """Row numbers of the wrong predictions, the most confident first, int [W]."""
        rows = (self.predicted != self.images.labels).nonzero().flatten()
        return rows[self.confidence[rows].argsort(descending=True, stable=True)].numpy()

    @cached_property
    def accuracy(self) -> float:
        """Share of right predictions, 0…1."""
        return 1 - len(self.wrong) / len(self.images)

    @cached_property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the accuracy (Wilson 1927): where it may lie, given how few groups of images judged it."""
        return wilson(self.accuracy * self.independent, self.independent)

    @cached_property
    def independent(self) -> float:
        """As how many independent images the N count, because those of one group go right or wrong together."""
        right = (self.predicted == self.images.labels).numpy()
        return independent(right, self.images.facts["group"].to_numpy())

    def top_k(self, k: int) -> float:
        """Share of images whose true class is among the `k` most probable, 0…1; ValueError for k outside 1…K."""
        classes = len(self.images.classes)
        if not 1 <= k <= classes:
            raise ValueError(f"k must be from 1 to the {classes} classes; got {k}: 1 is the accuracy, 2 or 3 are usual")
        named = self.probabilities.topk(k).indices == self.images.labels[:, None]
        return float(named.any(1).double().mean())

    @cached_property
    def per_class(self) -> pd.DataFrame:
        """precision, recall, f1 (0…1) and support (images) of each class; 0 where nothing was predicted."""
        import pandas as pd
        from sklearn.metrics import precision_recall_fscore_support

        labels = range(len(self.images.classes))
        columns = precision_recall_fscore_support(self.images.labels, self.predicted, labels=labels, zero_division=0)
        index = pd.Index(self.images.classes, name="class")
        return pd.DataFrame(dict(zip(("precision", "recall", "f1", "support"), columns, strict=True)), index=index)

    @cached_property
    def macro_f1(self) -> float:
        """Mean F1 over the classes that occur or are predicted, each counting the same however rare, 0…1."""
        from sklearn.metrics import f1_score

        return float(f1_score(self.images.labels, self.predicted, average="macro", zero_division=0))

    @cached_property
    def confusion(self) -> pd.DataFrame:
        """Confusion matrix, int [K, K]: rows are true classes, columns predicted ones."""
        import pandas as pd
        from sklearn.metrics import confusion_matrix

        names = self.images.classes
        counts = confusion_matrix(self.images.labels, self.predicted, labels=range(len(names)))
        return pd.DataFrame(counts, index=pd.Index(names, name="true"), columns=pd.Index(names, name="predicted"))

    @cached_property
    def calibration_error(self) -> float:
        """Expected calibration error, 0…1: mean gap between confidence and accuracy over equal bins."""
        bins = (self.confidence * CALIBRATION_BINS).long().clamp_max(CALIBRATION_BINS - 1)
        right = (self.predicted == self.images.labels).float()
        gaps = torch.zeros(CALIBRATION_BINS).index_add_(0, bins, self.confidence - right)  # n·(confidence − accuracy)
        return float(gaps.abs().sum() / len(self.images))

    def errors(self, n: int | None = None) -> pd.DataFrame:
        """The `n` most confident errors (all if left out): row, id, true, predicted, confidence."""
        import pandas as pd

        rows = self.wrong[:n]
        return pd.DataFrame(
            {
                "row": rows,
                "id": self.images.facts["id"].to_numpy()[rows],
                "true": [self.images.classes[i] for i in self.images.labels[rows].tolist()],
                "predicted": [self.images.classes[i] for i in self.predicted[rows].tolist()],
                "confidence": self.confidence[rows].numpy(),
            }
        )

    def confused_pairs(self, n: int | None = None) -> pd.DataFrame:
        """The `n` most frequent mistakes (all if left out): true, predicted, images, share of the true class."""
        pairs = self.confusion.stack().rename("images").reset_index()
        pairs = pairs[(pairs.true != pairs.predicted) & (pairs.images > 0)]
        pairs["share"] = pairs.images / pairs.true.map(self.per_class.support)
        return pairs.sort_values(["images", "share"], ascending=False, kind="stable").head(n or len(pairs))

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"Report({self.model} on {len(self.images):,} images of {self.images.name}: accuracy {self.accuracy:.3f} "
            f"[{low:.3f}, {high:.3f}], macro-F1 {self.macro_f1:.3f}, {len(self.wrong)} wrong)"
        )

    def _repr_html_(self) -> str:
        low, high = self.interval
        figures = {
            "accuracy": f"{self.accuracy:.3f}",
            "95 % interval": f"{low:.3f} to {high:.3f}",
            "macro-F1": f"{self.macro_f1:.3f}",
            "calibration error": f"{self.calibration_error:.3f}",
            "wrong images": f"{len(self.wrong)}",
        }
        heads = "".join(f"<th>{name}</th>" for name in figures)
        cells = "".join(f'<td class="measured">{figure}</td>' for figure in figures.values())
        title = f"{self.model} on {len(self.images):,} images of {self.images.name}"
        return f"<div><strong>Report</strong> {escape(title)}<table><tr>{heads}</tr><tr>{cells}</tr></table></div>"


def check_same_model(run: Run, report: Report, images: int = 512) -> None:
    """Raise ValueError unless the run's model still has the weights of the run, and gave the answers of the report."""
    now = run.model.state_dict()
    if any(not torch.equal(now[name].cpu(), kept) for name, kept in run.best.items()):
        raise ValueError(f"the model of {run!r} was trained on since: build a new model for each fit")
    answers = predict(run.model, report.images.images[:images]).argmax(1)
    if (answers == report.predicted[:images]).float().mean() < 0.99:  # another device rounds differently
        raise ValueError(
            f"the report is on answers of another model than that of {run!r}: give evaluation.evaluate(run.model, …)"
        )


def evaluate(model: Classifier, images: ImageSet) -> Report:
    """The Report of `model` on `images`, in the order they have; ValueError if their classes are not the model's."""
    if not len(images):
        raise ValueError("evaluate needs images; got an empty ImageSet: give it a part of a split")
    if images.classes != model.classes:
        raise ValueError(
            f"the model knows the classes {model.classes}; the images have {images.classes}: "
            "evaluate on the set it was trained for"
        )
    return Report(images, predict(model, images.images).softmax(1), model.name, model)
