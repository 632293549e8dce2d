"""Diagnosis: `examine` goes from split, curves and report to named causes; `plant` makes each of them on purpose."""

from __future__ import annotations

from .. import splits
from ..augment import Policy
from ..evaluation import Report, check_same_model
from ..findings import FAULTS, Finding, Findings
from ..runs import Run
from ..splits import Split
from .planting import Planted, plant
from .rules import judge
from .symptoms import Symptoms, measure

__all__ = ["FAULTS", "Finding", "Findings", "Planted", "Symptoms", "examine", "judge", "measure", "plant"]


def examine(split: Split, run: Run, report: Report, policy: Policy | None = None) -> Findings:
    """The Findings of a training: each fault of FAULTS with evidence, a confidence and the first step against it.

    `report` is on the test part, or on val: then domain shift is not looked for. `policy` is the one that the run was
    trained with; it is read from the run when left out. Takes a second or two; where the run is poor, or has a policy,
    it also trains a small network on these images, which takes as long as such a training does. Raises ValueError when
    the nouns do not belong together.
    """
    _check_belonging(split, run, report, policy)
    audit = splits.audit(split)
    symptoms = measure(split, run, report, policy or Policy(**run.config.get("policy", {})), audit)
    return Findings(judge(symptoms), split, run, report, audit, symptoms.survival)


def _check_belonging(split: Split, run: Run, report: Report, policy: Policy | None) -> None:
    ids = report.images.facts["id"].tolist()
    if ids not in (split.test.facts["id"].tolist(), split.val.facts["id"].tolist()):
        raise ValueError(
            f"the report is on {len(report.images)} images that are neither the test nor the val part of {split!r}: "
            "give evaluation.evaluate(run.model, split.test)"
        )
    trained = (split.train.name, len(split.train), len(split.val))
    if (run.config["data"], run.config["train_images"], run.config["val_images"]) != trained:
        raise ValueError(f"{run!r} was not trained on {split!r}: give the run of fit(model, split.train, split.val)")
    check_same_model(run, report)
    if policy is not None and dict(policy.steps) != run.config.get("policy", {}):
        raise ValueError(f"{run!r} was not trained with {policy!r}: leave the policy out, the run knows its own")
    if not run.metrics:
        raise ValueError(f"{run!r} has no finished epoch to examine: train for at least one")
