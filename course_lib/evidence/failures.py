"""The failure check: which failures were looked for in a split and its training, what was found, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..audit import Audit
from ..findings import FAULTS, Finding, Findings
from ..runs import Run
from ..splits import Split
from ..transforms import OPERATIONS

if TYPE_CHECKING:
    from ..augment import Survival

GAP = 0.10  # train accuracy this much above val accuracy is called overfitting
IMBALANCE = 3.0  # the largest class may have this many times the images of the smallest
LEAKS = ("exact copies", "near copies", "groups on one side")  # the checks of the audit that together say: leakage
CHAPTER = ("augmentation changes the label", "class imbalance", "leakage", "overfitting")  # listed on every card
PROVEN = ("augmentation changes the label", "leakage")
AUDITED = {  # how each check of the audit looks
    "class sizes": "images of each class in each part",
    "class shares alike": "the share of each class in train, val and test",
    "exact copies": "every two images of different parts, byte for byte",
    "near copies": "how alike every two images of different parts look, also mirrored",
    "groups on one side": "the groups that the facts name",
}


def check(split: Split, audit: Audit, run: Run, survival: Survival | None, findings: Findings | None) -> list[dict]:
    """A row per failure: check, ok (True, False, or None: not known), found, how, meaning or first step.

    The chapter's four failures come first. Leakage stands once, with the audit's three checks of it as its parts
    (`part_of`); then what else the findings and the audit looked for. Where the findings have looked, they have the
    word, as their limits are measured; but what stands in PROVEN, the audit and the survival show by images.
    """
    audited = {row["check"]: row | {"how": AUDITED.get(row["check"], "")} for row in audit.table.to_dict("records")}
    own = {
        "augmentation changes the label": _augmentation(run, survival or (findings and findings.survival)),
        "class imbalance": _imbalance(split),
        "leakage": _leakage([audited[name] for name in LEAKS]),
        "overfitting": _overfitting(run),
    }
    looked_for = {finding.fault: _finding(finding) for finding in findings.all} if findings else {}
    rows = []
    for fault in (*CHAPTER, *(fault for fault in FAULTS if fault in looked_for and fault not in CHAPTER)):
        rows.append(_counts(own.get(fault), looked_for.get(fault)))
        if fault == "leakage":
            rows += [audited.pop(name) | {"part_of": "leakage"} for name in LEAKS]
    return rows + list(audited.values())


def _row(check: str, ok: bool | None, found: str, how: str, meaning: str) -> dict:
    return {"check": check, "ok": ok, "found": found, "how": how, "meaning": meaning}


def _finding(finding: Finding) -> dict:
    ok = None if finding.found is None else not finding.found
    row = _row(finding.fault, ok, finding.evidence, finding.how, finding.first_step if finding.found else "")
    return row | ({"sure": float(finding.confidence)} if finding.found else {})


def _counts(own: dict | None, finding: dict | None) -> dict:
    """Of two rows on one failure the one that counts."""
    if own and own["ok"] is False and own["check"] in PROVEN:
        return own
    return own if own and (not finding or finding["ok"] is None) else finding


def _leakage(parts: list[dict]) -> dict:
    """What the audit's three checks say together: ✗ if one found something, ? if one could not be made."""
    how = "the audit of the split, its three checks below"
    if any(part["ok"] is False for part in parts):
        there = ", ".join(part["check"] for part in parts if part["ok"] is False)
        return _row("leakage", False, f"The audit objects: {there}.", how, FAULTS["leakage"])
    unknown = ", ".join(part["check"] for part in parts if part["ok"] is None)
    if unknown:
        found = f"Nothing found, but not everything could be checked: {unknown}."
        return _row("leakage", None, found, how, "Find out whether one subject gave several images.")
    return _row("leakage", True, "No image and no group lies in two parts.", how, "Test images are new to the model.")


def _imbalance(split: Split) -> dict:
    counts = split.train.counts()
    ratio = counts.max() / max(counts.min(), 1)
    ok = bool(ratio <= IMBALANCE)
    return _row(
        "class imbalance",
        ok,
        f"The largest train class has {ratio:.1f} times the images of the smallest.",
        f"train images of each class; more than {IMBALANCE:g} times is called imbalance",
        "Accuracy speaks for all classes." if ok else FAULTS["class imbalance"],
    )


def _overfitting(run: Run) -> dict:
    how = f"the accuracies of the epoch that was kept; over {100 * GAP:.0f} points apart is called overfitting"
    if not run.metrics:
        return _row("overfitting", None, "No epoch was finished.", how, "Train for longer.")
    gap = run.metrics["train_accuracy"] - run.metrics["val_accuracy"]
    found = f"Train accuracy is {abs(100 * gap):.1f} points {'above' if gap >= 0 else 'below'} val accuracy."
    meaning = "New images fare as well." if gap <= GAP else FAULTS["overfitting"]
    return _row("overfitting", gap <= GAP, found, how, meaning)


def _augmentation(run: Run, survival: Survival | None) -> dict:
    """Whether an augmentation of the run changes labels: ✗ if one does, ? if one is risky or was not measured."""
    name, steps = "augmentation changes the label", augmentations(run)
    if not steps:
        how = "the settings of the run"
        return _row(name, True, "The training images were not augmented.", how, "No label can have changed.")
    if survival is None:
        found = f"Not measured, with {', '.join(steps)} among the augmentations."
        todo = "Give evidence.make the survival=augment.survival(model, split.val)."
        return _row(name, None, found, "the settings of the run", todo)
    measured = set(survival.table.operation)
    verdicts = {step: survival.verdict(step, size) for step, size in steps.items() if step in measured}
    # An operation that mixes images mixes their labels too, so that none is wrong.
    verdicts |= {step: "not measured" for step in steps if step not in measured and not OPERATIONS[step].mixes}
    unsafe = [verdict for verdict in verdicts.values() if verdict != "safe"]
    changes = any(verdict.startswith("changes") for verdict in unsafe)
    found = "; ".join(f"{step}: {verdict}" for step, verdict in verdicts.items()) or "Only mixed images, labels and all"
    how = f"{survival.right} images of {survival.data}, changed, and whose label {survival.model} still gave"
    meaning = FAULTS[name] if changes else "Look at the pictures." if unsafe else "The labels stay what they were."
    return _row(name, False if changes else None if unsafe else True, f"{found}.", how, meaning)


def augmentations(run: Run) -> dict[str, float]:
    """The augmentations of a run with their strengths; none in runs saved before there were any."""
    return {step: strength for step, strength in run.config.get("policy", {}).items() if strength > 0}
