"""Findings: which faults a training was examined for, what speaks for each, and what to do first."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from .audit import Audit
from .evaluation import Report
from .names import pick
from .runs import Run
from .splits import Split
from .survival import Survival

if TYPE_CHECKING:
    import pandas as pd

# Each fault and the first step against it, in the words of the diagnosis map (assets/diagnosis_map.svg).
FAULTS = {
    "underfitting": "Learning-rate range test, then more epochs or a larger model.",
    "overfitting": "Audit the split, then augment, regularise, stop early.",
    "learning rate too high": "Learning rate ÷ 10, then a larger batch.",
    "learning rate too low": "Learning-rate range test, then more epochs or a larger model.",
    "leakage": "Audit the split, then cut it again by group.",
    "class imbalance": "Read recall per class, then class weights or balanced sampling.",
    "label noise": "Look at the images whose label the model doubts most, and mend the wrong ones.",
    "augmentation changes the label": "Leave that augmentation out, then train again.",
    "domain shift": "Look at val and test images side by side, then collect train images like those of test.",
    "shortcut": "Compare the accuracy on each background, then collect every class on every background.",
}


@dataclass(frozen=True)
class Finding:
    """One fault that was looked for.

    found       True, False, or None: it could not be looked for
    confidence  how far beyond its limit, 0…1: 0.5 is the limit; not a calibrated probability
    evidence    what was measured, in a sentence with its numbers
    how         what was looked at
    """

    fault: str
    found: bool | None
    confidence: float
    evidence: str
    how: str

    @property
    def first_step(self) -> str:
        """What to do first if the fault is there."""
        return FAULTS[self.fault]


@dataclass(frozen=True, eq=False, repr=False)
class Findings:
    """What looks wrong in a training: a Finding for each of FAULTS, in that order, and the nouns it was read from.

    audit     the one of the split
    survival  what the steps of the policy do to the labels; None without a policy
    """

    all: tuple[Finding, ...]
    split: Split
    run: Run
    report: Report
    audit: Audit
    survival: Survival | None = None

    @property
    def found(self) -> tuple[Finding, ...]:
        """The faults that are there, the surest first."""
        return tuple(sorted((f for f in self.all if f.found), key=lambda f: -f.confidence))

    def __getitem__(self, fault: str) -> Finding:
        return pick({finding.fault: finding for finding in self.all}, fault, "fault")

    @property
    def table(self) -> pd.DataFrame:
        """A row per fault: fault, found, confidence, evidence, how, first_step."""
        import pandas as pd

        return pd.DataFrame([vars(finding) | {"first_step": finding.first_step} for finding in self.all])

    def __repr__(self) -> str:
        named = ", ".join(f"{f.fault} ({f.confidence:.0%})" for f in self.found)
        return f"Findings({self.run!r}: {named or 'nothing looks wrong'})"

    def _repr_html_(self) -> str:
        left = 'style="text-align:left"'
        unknown = [finding for finding in self.all if finding.found is None]
        rest = [finding for finding in self.all if finding.found is False]
        rows = ""
        for finding in (*self.found, *unknown, *rest):
            mark = "?" if finding.found is None else "✗" if finding.found else "✓"
            step = escape(finding.first_step) if finding.found else ""
            rows += (
                f'<tr><td {left}>{mark} {escape(finding.fault)}</td><td class="measured">{finding.confidence:.0%}</td>'
                f'<td {left} class="measured">{escape(finding.evidence)}</td><td {left}>{step}</td></tr>'
            )
        heads = "".join(f"<th {left}>{head}</th>" for head in ("looked for", "sure", "evidence", "the first step"))
        verdict = ", ".join(finding.fault for finding in self.found) or "nothing looks wrong"
        return f"<div><strong>Findings: {escape(verdict)}</strong><table><tr>{heads}</tr>{rows}</table></div>"
