"""From the nouns to the evidence card: `make` fills the five fields of the chapter from real objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import figures, plots
from .audit import Audit
from .card import STEPS, Card
from .evaluation import Report
from .files import safe_name
from .imageset import to_png
from .names import pick
from .runs import Run
from .splits import Split
from .transforms import OPERATIONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .augment import Survival

SAVED_ERRORS = 20  # as many wrong images as the chapter asks to look at after a run
GAP = 0.10  # train accuracy this much above val accuracy is called overfitting
IMBALANCE = 3.0  # the largest class may have this many times the images of the smallest


def make(
    title: str,
    *,
    split: Split | None = None,
    audit: Audit | None = None,
    run: Run | None = None,
    report: Report | None = None,
    survival: Survival | None = None,
    sentence: str = "",
) -> Card:
    """The Card of what there is so far; `card.missing` says what is not. `report` is the one on the test part.

    `survival` belongs to a run with augmentation: what `augment.survival` measured of its operations.

    Raises ValueError when the nouns do not belong together, such as a report on another part than the split's test.
    """
    _check_belonging(split, audit, run, report)
    album = _Album(_new_folder())
    fields: dict[str, dict] = {}
    if split:
        fields["dataset_split"] = _dataset_split(split, album)
    if report:
        fields["prediction"] = _prediction(report, album)
    if run and report:
        fields["metric"] = _metric(run, report, album)
    if split and audit and run:
        fields["failure_check"] = _failure_check(split, audit, run, survival)
    if split and run and report:
        saved = [error["picture"] for error in fields["prediction"]["errors"]]
        fields["expected_output"] = {"result": _result(title, split, run, report), "errors": saved}
    return Card(title, **fields, sentence=sentence.strip(), pictures=album.pictures, alts=album.alts)


def practice(folder: str | Path, step: str, answer: str, *, axes: Axes | Sequence[Axes] = ()) -> Card:
    """Put a step's practice output on the card in `folder`, beginning one where there is none; returns the Card.

    `step` is one of card.STEPS, `answer` the student's own text, `axes` the figure that goes with it, or several. An
    empty answer keeps the earlier one. Raises ValueError for an unknown step, or a folder whose card is damaged.
    """
    question = pick(STEPS, step, "step")
    album = _Album(_new_folder())
    several = axes if isinstance(axes, list | tuple) else [axes]
    drawn = {id(ax.figure): ax for some in several for ax in np.atleast_1d(some)}  # one Axes of each figure
    names = [album.draw(f"{step}-{i}", ax) for i, ax in enumerate(drawn.values(), 1)]
    output = {step: {"question": question, "answer": answer.strip(), "pictures": names}}
    folder = Path(folder)
    before = Card.load(folder) if (folder / "card.json").exists() else Card(f"Evidence: {folder.name}")
    old = before.practice.get(step, {"pictures": []})["pictures"]
    pictures, alts = ({k: v for k, v in d.items() if k not in old} for d in (before.pictures, before.alts))
    replace(before, practice=output, pictures=pictures | album.pictures, alts=alts | album.alts).save(folder)
    return Card.load(folder)


def _new_folder() -> str:
    """A name under which no earlier card has put its pictures."""
    return f"pictures/{datetime.now().strftime('%Y-%m-%d_%H-%M-%S-%f')}"


def _check_belonging(split: Split | None, audit: Audit | None, run: Run | None, report: Report | None) -> None:
    if not split:
        return
    if report and report.images.facts["id"].tolist() != split.test.facts["id"].tolist():
        raise ValueError(
            f"the report is on {len(report.images)} images that are not the test part of {split!r}: "
            "give evaluation.evaluate(model, split.test)"
        )
    if audit and any(audit.parts[part] is not images for part, images in split.parts.items()):
        raise ValueError(f"the audit is not of {split!r}: give splits.audit(split)")
    trained = (split.train.name, len(split.train), len(split.val))
    if run and (run.config["data"], run.config["train_images"], run.config["val_images"]) != trained:
        raise ValueError(
            f"the run {run!r} was not trained on {split!r}: give the run of fit(model, split.train, split.val)"
        )


class _Album:
    """The pictures of one card under one folder name, each with its alternative text."""

    def __init__(self, folder: str) -> None:
        self.folder, self.pictures, self.alts = folder, {}, {}

    def add(self, name: str, png: bytes, alt: str) -> str:
        name = f"{self.folder}/{name}.png"
        self.pictures[name], self.alts[name] = png, alt
        return name

    def draw(self, name: str, axes) -> str:
        figure = axes.figure if hasattr(axes, "figure") else axes[0].figure
        name = self.add(name, figures.png(figure), figures.alt(figure))
        figures.close(figure)
        return name


def _dataset_split(split: Split, album: _Album) -> dict:
    counts = split.counts()
    return {
        "data": split.train.name,
        "rule": f"by {split.by}, seed {split.seed}",
        "counts": [{"class": str(name), **{p: int(n) for p, n in row.items()}} for name, row in counts.iterrows()],
        "sizes": {part: len(images) for part, images in split.parts.items()},
        "figure": album.draw("class_balance", plots.class_balance(split)),
    }


def _prediction(report: Report, album: _Album) -> dict:
    errors = []
    for rank, error in enumerate(report.errors(SAVED_ERRORS).itertuples(), 1):
        name = f"wrong-{rank:02d}-{safe_name(error.true)}-taken-for-{safe_name(error.predicted)}"
        alt = f"A {error.true} taken for {error.predicted}, {error.confidence:.0%} sure"
        picture = album.add(name, to_png(report.images.images[error.row]), alt)
        record = {"id": str(error.id), "true": error.true, "predicted": error.predicted}
        errors.append(record | {"confidence": float(error.confidence), "picture": picture})
    first = {
        "id": str(report.images.facts["id"].iloc[0]),
        "true": report.images.label_names[0],
        "predicted": report.images.classes[report.predicted[0]],
        "confidence": float(report.confidence[0]),
        "picture": album.add("first", to_png(report.images.images[0]), f"A {report.images.label_names[0]}"),
    }
    return {"images": len(report.images), "wrong": len(report.wrong), "first": first, "errors": errors}


def _metric(run: Run, report: Report, album: _Album) -> dict:
    low, high = report.interval
    per_class = report.per_class.round(4).reset_index().to_dict("records")
    return {
        "train_val": run.metrics,
        "kept_epoch": run.best_epoch,
        "test": {"accuracy": report.accuracy, "low": low, "high": high, "macro_f1": report.macro_f1},
        "calibration_error": report.calibration_error,
        "per_class": per_class,
        "confusion": report.confusion.to_numpy().tolist(),
        "curves": album.draw("learning_curves", plots.learning_curves(run)),
        "matrix": album.draw("confusion_matrix", plots.confusion(report)),
    }


def _failure_check(split: Split, audit: Audit, run: Run, survival: Survival | None) -> dict:
    counts = split.train.counts()
    ratio = counts.max() / max(counts.min(), 1)
    checks = audit.table.to_dict("records")
    checks += [
        {
            "check": "class imbalance",
            "ok": bool(ratio <= IMBALANCE),
            "found": f"The largest train class has {ratio:.1f} times the images of the smallest.",
            "meaning": "Accuracy speaks for all classes." if ratio <= IMBALANCE else "Read recall per class.",
        },
        _overfitting(run),
        _augmentation(run, survival),
    ]
    return {"checks": checks}


def _augmentation(run: Run, survival: Survival | None) -> dict:
    """Whether an augmentation of the run changes labels: ✗ if one does, ? if one is risky or was not measured."""
    steps = _steps(run)
    if not steps:
        ok, found, meaning = True, "The training images were not augmented.", "No label can have changed."
    elif survival is None:
        ok, found = None, f"Not measured, with {', '.join(steps)} among the augmentations."
        meaning = "Give evidence.make the survival=augment.survival(model, split.val)."
    else:
        measured = set(survival.table.operation)
        verdicts = {step: survival.verdict(step, size) for step, size in steps.items() if step in measured}
        # An operation that mixes images mixes their labels too, so that none is wrong.
        verdicts |= {step: "not measured" for step in steps if step not in measured and not OPERATIONS[step].mixes}
        unsafe = {step: verdict for step, verdict in verdicts.items() if verdict != "safe"}
        changes = any(verdict.startswith("changes") for verdict in unsafe.values())
        ok = False if changes else None if unsafe else True
        found = "; ".join(f"{step}: {verdict}" for step, verdict in verdicts.items()) + "."
        meaning = (
            "Leave it out." if changes else "Look at the pictures." if unsafe else "The labels stay what they were."
        )
    return {"check": "augmentation that changes the label", "ok": ok, "found": found, "meaning": meaning}


def _overfitting(run: Run) -> dict:
    if not run.metrics:
        found, meaning = "No epoch was finished.", "Train for longer."
        return {"check": "overfitting", "ok": None, "found": found, "meaning": meaning}
    gap = run.metrics["train_accuracy"] - run.metrics["val_accuracy"]
    found = f"Train accuracy is {abs(100 * gap):.1f} points {'above' if gap >= 0 else 'below'} val accuracy."
    meaning = "New images fare as well." if gap <= GAP else "It learns by heart: more data or augmentation."
    return {"check": "overfitting", "ok": gap <= GAP, "found": found, "meaning": meaning}


def _steps(run: Run) -> dict[str, float]:
    """The augmentations of a run with their strengths; none in runs saved before there were any."""
    return {step: strength for step, strength in run.config.get("policy", {}).items() if strength > 0}


def _result(title: str, split: Split, run: Run, report: Report) -> dict:
    low, high = report.interval
    settings = {key: run.config[key] for key in ("model", "epochs", "lr", "batch_size", "seed")}
    settings["augmentation"] = ", ".join(f"{step} {strength:g}" for step, strength in _steps(run).items()) or "none"
    figures_ = {"test_accuracy": report.accuracy, "low": low, "high": high, "macro_f1": report.macro_f1}
    return (
        {
            "run": run.environment["finished"],
            "title": title,
            "data": split.train.name,
            "split": f"by {split.by}, seed {split.seed}",
        }
        | settings
        | {"parameters": run.model.parameter_count, "kept_epoch": run.best_epoch, "test_images": len(report.images)}
        | {name: round(value, 4) for name, value in (run.metrics | figures_).items()}
    )
