"""The training log: everything that the chapter says to keep of a run, in one folder, `runs/<name>/`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from . import figures, plots
from .causes import CAUSES
from .evaluation import Report
from .files import safe_name, write_atomically
from .imageset import to_png
from .names import pick
from .runs import Run
from .splits import Split

WRONG_IMAGES = 20  # as many as the chapter asks to look at after each run


@dataclass(frozen=True, repr=False)
class Entry:
    """One training in the log: what the chapter lists, as plain values that JSON can hold, by name."""

    folder: Path
    record: dict

    def __repr__(self) -> str:
        return f"Entry({self.folder.as_posix()}: {self.record['model']} on {self.record['data']})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align:left">{escape(name.replace("_", " "))}</td>'
            f'<td style="text-align:left"{_marked(name)}>{escape(_line(value))}</td></tr>'
            for name, value in self.record.items()
        )
        return f"<table>{rows}</table>"


def save(
    folder: str | Path,
    *,
    run: Run,
    split: Split,
    report: Report,
    causes: Mapping[str, int] | None = None,
    next_step: str = "",
) -> Entry:
    """Keep `run` in `folder`: log.json, history.csv, curves.png, confusion.png, wrong/, and the run with its weights.

    `report` is the one on the val part: the log serves choosing, and test must not. `causes` says how many of the wrong
    images the student put to each of CAUSES, as Sorting.counts does; `next_step` is the student's own sentence. Each
    file is written beside and renamed, log.json last; wrong images of an earlier entry in this folder go. Raises
    ValueError when the nouns do not belong together, and for an unknown cause.
    """
    causes = {name: int(count) for name, count in (causes or {}).items()}
    for name in causes:
        pick(CAUSES, name, "cause of a wrong image")
    if report.images.facts["id"].tolist() != split.val.facts["id"].tolist():
        raise ValueError(
            f"the log takes a report on the val part of {split!r}; got one on {len(report.images)} other images: "
            "give evaluation.evaluate(run.model, split.val), as test is for the evidence card"
        )
    if (run.config["train_images"], run.config["val_images"]) != (len(split.train), len(split.val)):
        raise ValueError(f"{run!r} was not trained on {split!r}: give the split whose parts fit was given")
    folder = Path(folder)
    run.save(folder)
    write_atomically(folder / "history.csv", run.history.to_csv(index=False))
    write_atomically(folder / "curves.png", _drawn(plots.learning_curves(run)[0]))
    write_atomically(folder / "confusion.png", _drawn(plots.confusion(report)))
    wrong = _save_wrong_images(folder, report)
    record = _record(run, split, report) | {"wrong_examples": wrong, "causes": causes, "next_step": next_step.strip()}
    write_atomically(folder / "log.json", json.dumps(record, indent=1, ensure_ascii=False))
    for old in {*(folder / "wrong").glob("*.png")} - {folder / image["picture"] for image in wrong}:
        old.unlink()
    return Entry(folder, record)


def load(folder: str | Path) -> Entry:
    """The Entry that `save` wrote into `folder`; ValueError if there is none. Its Run: `Run.load(folder)`."""
    path = Path(folder) / "log.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Entry(Path(folder), {key: record[key] for key in ("data", "model", *record)})
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ValueError(
            f"{path} is not a training log ({type(problem).__name__}: {problem}): give a folder that logbook.save wrote"
        ) from problem


def _record(run: Run, split: Split, report: Report) -> dict:
    """The chapter's list, in its order."""
    settings = {name: run.config[name] for name in ("lr", "schedule", "batch_size")}
    return {
        "data": split.train.name,
        "data_version": "-".join(images.fingerprint()[:8] for images in split.parts.values()),
        "split": f"by {split.by}, seed {split.seed}: "
        + ", ".join(f"{part} {len(images)}" for part, images in split.parts.items()),
        "model": run.model.name,
        "parameters": run.model.parameter_count,
        "input_size": list(run.model.shape),
        "augmentation": run.config["policy"],
        **settings,
        "epochs": len(run.history),
        "best_epoch": run.best_epoch,
        "best_metrics": run.metrics,
        "confusion_matrix": report.confusion.to_numpy().tolist(),
        "classes": list(report.images.classes),
        "seconds": float(run.history["seconds"].sum()),
        "environment": run.environment,
    }


def _save_wrong_images(folder: Path, report: Report) -> list[dict]:
    """The most confident mistakes as PNG files under wrong/, and what each of them is."""
    listed = []
    for rank, error in enumerate(report.errors(WRONG_IMAGES).itertuples(), 1):
        name = f"wrong/{rank:02d}-{safe_name(str(error.id))}-taken-for-{safe_name(error.predicted)}.png"
        write_atomically(folder / name, to_png(report.images.images[error.row]))
        mistake = {"id": str(error.id), "true": error.true, "predicted": error.predicted}
        listed.append(mistake | {"confidence": float(error.confidence), "picture": name})
    return listed


def _drawn(ax) -> bytes:
    content = figures.png(ax.figure)
    figures.close(ax.figure)
    return content


def _marked(name: str) -> str:
    """What another machine, or the same one on another day, may give differently is marked as measured."""
    measured = ("data_version", "epochs", "best_epoch", "best_metrics", "seconds", "environment", "wrong_examples")
    return ' class="measured"' if name in measured else ""


def _line(value: object) -> str:
    """A value in one short line."""
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_line(part)}" for name, part in value.items()) or "none"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"{len(value)} saved"
    if isinstance(value, list) and value and isinstance(value[0], list):
        return f"{len(value)} × {len(value[0])}, drawn in confusion.png"
    if isinstance(value, list):
        return f"[{', '.join(map(_line, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
