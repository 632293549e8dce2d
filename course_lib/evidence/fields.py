"""What stands on the card, from the nouns: plain values, and pictures that go into its album."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from .. import figures, plots
from ..evaluation import Report
from ..files import safe_name
from ..imageset import ImageSet, to_png
from ..runs import Run
from ..splits import Split
from .failures import augmentations

if TYPE_CHECKING:
    from torch import Tensor

    from ..explanations import Explanation
    from ..sorting import Sorting

SAVED_ERRORS = 20  # as many wrong images as the chapter asks to look at after a run
ALTS = {"before": "The wrong image", "after": "Drawn again, to check the cause"}


class Album:
    """The pictures of one card, each with its alternative text, under a folder name that no earlier card has used."""

    def __init__(self) -> None:
        self.folder = f"pictures/{datetime.now().strftime('%Y-%m-%d_%H-%M-%S-%f')}"
        self.pictures: dict[str, bytes] = {}
        self.alts: dict[str, str] = {}

    def add(self, name: str, image: Tensor | bytes, alt: str) -> str:
        """Take in one image, uint8 [C, H, W] or the bytes of a PNG file; returns the name it has on the card."""
        name = f"{self.folder}/{name}.png"
        self.pictures[name], self.alts[name] = image if isinstance(image, bytes) else to_png(image), alt
        return name

    def draw(self, name: str, axes) -> str:
        """Take in the figure of `axes`, and close it."""
        figure = axes.figure if hasattr(axes, "figure") else axes[0].figure
        name = self.add(name, figures.png(figure), figures.alt(figure) or "A figure")
        figures.close(figure)
        return name


def dataset_split(split: Split, album: Album) -> dict:
    """Images per class and part, the rule that cut them, and the figure of both."""
    return {
        "data": split.train.name,
        "rule": f"by {split.by}, seed {split.seed}",
        "counts": [
            {"class": str(name), **{p: int(n) for p, n in row.items()}} for name, row in split.counts().iterrows()
        ],
        "sizes": {part: len(images) for part, images in split.parts.items()},
        "figure": album.draw("class_balance", plots.class_balance(split)),
    }


def prediction(report: Report, album: Album) -> dict:
    """The first test image, the most confident errors, and which test images were right, to compare cards by."""
    errors = []
    for rank, error in enumerate(report.errors(SAVED_ERRORS).itertuples(), 1):
        name = f"wrong-{rank:02d}-{safe_name(error.true)}-taken-for-{safe_name(error.predicted)}"
        alt = f"A {error.true} taken for {error.predicted}, {error.confidence:.0%} sure"
        picture = album.add(name, report.images.images[error.row], alt)
        record = {"id": str(error.id), "true": error.true, "predicted": error.predicted}
        errors.append(record | {"confidence": float(error.confidence), "picture": picture})
    first = {
        "id": str(report.images.facts["id"].iloc[0]),
        "true": report.images.label_names[0],
        "predicted": report.images.classes[report.predicted[0]],
        "confidence": float(report.confidence[0]),
        "picture": album.add("first", report.images.images[0], f"A {report.images.label_names[0]}"),
    }
    counts = {"images": len(report.images), "wrong": len(report.wrong)}
    return counts | {"first": first, "errors": errors, "answers": answers(report)}


def answers(report: Report) -> dict:
    """Which images were right, in the order of their ids: however a set was shuffled, it is the same set."""
    images: ImageSet = report.images
    order = images.facts["id"].astype(str).argsort(kind="stable").to_numpy()
    right = (report.predicted == images.labels).long().numpy()[order]
    return {"images": images[order].fingerprint(), "right": "".join(map(str, right.tolist()))}


def metric(run: Run, report: Report, album: Album) -> dict:
    """Train, val and test figures, those of each class, and the figures that show them."""
    low, high = report.interval
    return {
        "train_val": run.metrics,
        "kept_epoch": run.best_epoch,
        "test": {"accuracy": report.accuracy, "low": low, "high": high, "macro_f1": report.macro_f1},
        "calibration_error": report.calibration_error,
        "per_class": report.per_class.round(4).reset_index().to_dict("records"),
        "confusion": report.confusion.to_numpy().tolist(),
        "curves": album.draw("learning_curves", plots.learning_curves(run)),
        "matrix": album.draw("confusion_matrix", plots.confusion(report)),
    }


def result(title: str, split: Split, run: Run, report: Report) -> dict:
    """The row for the model result table."""
    low, high = report.interval
    settings = {key: run.config[key] for key in ("model", "epochs", "lr", "batch_size", "seed")}
    steps = augmentations(run).items()
    settings["augmentation"] = ", ".join(f"{step} {strength:g}" for step, strength in steps) or "none"
    measured = {"test_accuracy": report.accuracy, "low": low, "high": high, "macro_f1": report.macro_f1}
    return (
        {"run": run.environment["finished"], "title": title, "data": split.train.name}
        | {"split": f"by {split.by}, seed {split.seed}"}
        | settings
        | {"parameters": run.model.parameter_count, "kept_epoch": run.best_epoch, "test_images": len(report.images)}
        | {name: round(value, 4) for name, value in (run.metrics | measured).items()}
    )


def explanation(number: int, explained: Explanation, album: Album) -> dict:
    """A failure image explained: the words, whether they hold, the two pictures and the student's figures."""
    record = {
        "id": str(explained.id),
        "true": explained.true,
        "predicted": explained.predicted,
        "confidence": float(explained.confidence),
        "cause": explained.cause,
        "because": explained.because,
        "verdict": explained.verdict,
        "found": explained.found,
        "supported": bool(explained.supported),
        "known": bool(explained.known),
        "captions": list(explained.captions),
        "asks": list(explained.asks),
        "figures": [
            album.draw(f"explained-{number}-evidence-{i}", ax)
            for i, ax in enumerate(_each_figure(explained.figures), 1)
        ],
    }
    for name, image, caption in zip(
        ("before", "after"), (explained.before, explained.after), explained.captions, strict=False
    ):
        if image is not None:
            record[name] = album.add(f"explained-{number}-{name}", image, f"{ALTS[name]}: {caption}")
    return record


def sorting(sorted_: Sorting) -> dict:
    """The wrong images by cause: how many were asked, how many have each cause, and which one has which."""
    counts = {cause: int(n) for cause, n in sorted_.counts.items()}
    return {"images": len(sorted_.asked), "counts": counts, "causes": dict(sorted_.causes)}


def _each_figure(axes: Sequence) -> list:
    """One Axes of each figure among `axes`."""
    return list({id(ax.figure): ax for ax in axes}.values())
