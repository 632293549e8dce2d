"""From the nouns to the evidence card: `make` fills the five fields of the chapter from real objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..audit import Audit
from ..card import STEPS, Card
from ..evaluation import Report, check_same_model
from ..explanations import Explanation, explain
from ..findings import Findings
from ..names import pick
from ..runs import Run
from ..splits import Split
from . import failures, fields

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..augment import Survival
    from ..sorting import Sorting

__all__ = ["explain", "make", "practice"]


def make(
    title: str,
    *,
    split: Split | None = None,
    audit: Audit | None = None,
    run: Run | None = None,
    report: Report | None = None,
    survival: Survival | None = None,
    findings: Findings | None = None,
    explanations: Explanation | Sequence[Explanation] = (),
    sorting: Sorting | None = None,
    sentence: str = "",
) -> Card:
    """The Card of what there is so far; `card.missing` and `card.check()` say what is not.

    audit         that of the findings when left out
    report        the one on the test part
    survival      what `augment.survival` measured of the operations that the run was augmented with; that of the
                  findings when left out
    findings      what `diagnosis.examine` found of this split and run: its faults join the failure check
    explanations  of wrong test images, one or several from `evidence.explain`; their figures are closed
    sorting       the wrong test images sorted by cause
    sentence      the student's own on a failure image, checked by nobody

    Raises ValueError when the nouns do not belong together, such as a report on another part than the split's test.
    """
    audit = findings.audit if findings and not audit else audit
    _check_belonging(split, audit, run, report)
    _check_findings(split, run, findings)
    explanations = [explanations] if isinstance(explanations, Explanation) else list(explanations)
    _check_images(report, explanations, sorting)
    album = fields.Album()
    made: dict[str, dict | list] = {}
    if split:
        made["dataset_split"] = fields.dataset_split(split, album)
    if report:
        made["prediction"] = fields.prediction(report, album)
    if run and report:
        made["metric"] = fields.metric(run, report, album)
    if split and audit and run:
        made["failure_check"] = {"checks": failures.check(split, audit, run, survival, findings)}
    if split and run and report:
        saved = [error["picture"] for error in made["prediction"]["errors"]]
        made["expected_output"] = {"result": fields.result(title, split, run, report), "errors": saved}
    if sorting:
        made["sorting"] = fields.sorting(sorting)
    made["explanations"] = [fields.explanation(i, explained, album) for i, explained in enumerate(explanations, 1)]
    return Card(title, **made, sentence=sentence.strip(), pictures=album.pictures, alts=album.alts)


def practice(folder: str | Path, step: str, answer: str, *, axes: Axes | Sequence[Axes] = ()) -> Card:
    """Put a step's practice output on the card in `folder`, beginning one where there is none; returns the Card.

    `step` is one of card.STEPS, `answer` the student's own text, `axes` the figure that goes with it, or several. An
    empty answer keeps the earlier one. Raises ValueError for an unknown step, or a folder whose card is damaged.
    """
    question = pick(STEPS, step, "step")
    album = fields.Album()
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


def _check_belonging(split: Split | None, audit: Audit | None, run: Run | None, report: Report | None) -> None:
    if not split:
        return
    if report and report.images.facts["id"].tolist() != split.test.facts["id"].tolist():
        raise ValueError(
            f"the report is on {len(report.images)} images that are not the test part of {split!r}: "
            "give evaluation.evaluate(model, split.test)"
        )
    if audit and any(audit.parts.get(part) is not images for part, images in split.parts.items()):
        raise ValueError(f"the audit is not of {split!r}: give splits.audit(split)")
    trained = (split.train.name, len(split.train), len(split.val))
    if run and (run.config["data"], run.config["train_images"], run.config["val_images"]) != trained:
        raise ValueError(
            f"the run {run!r} was not trained on {split!r}: give the run of fit(model, split.train, split.val)"
        )
    if run and report:
        check_same_model(run, report)


def _check_findings(split: Split | None, run: Run | None, findings: Findings | None) -> None:
    for name, noun in (("split", split), ("run", run)):
        if findings and noun and getattr(findings, name) is not noun:
            raise ValueError(f"the findings are of another {name}: give diagnosis.examine(split, run, report)")


def _check_images(report: Report | None, explanations: Sequence[Explanation], sorting: Sorting | None) -> None:
    strange = [type(one).__name__ for one in explanations if not isinstance(one, Explanation)]
    if strange:
        raise ValueError(f"explanations takes what evidence.explain returned; got {strange[0]}: give a list of these")
    if not report:
        return
    wrong = {(str(error.id), error.true, error.predicted) for error in report.errors().itertuples()}
    for one in explanations:
        if (str(one.id), one.true, one.predicted) not in wrong:
            raise ValueError(
                f"the explanation is of {one.id}, a {one.true} taken for {one.predicted}, which is no wrong image of "
                "this report: give those of evidence.explain(report, …)"
            )
    for asked in sorting.asked if sorting else ():
        if (str(asked["id"]), asked["true"], asked["predicted"]) not in wrong:
            raise ValueError(
                f"the sorting asks about {asked['id']}, a {asked['true']} taken for {asked['predicted']}, which is no "
                "wrong image of this report: sort the wrong images of this report"
            )
