"""A failure explained by the student, and checked: against the facts, and by rendering the photo without the cause."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from ..evaluation import Report
from ..figures import alt
from ..imageset import REQUIRED_FACTS
from ..names import pick
from .checks import KNOWN, Check, checked, why_open
from .noun import FAILS, HOLDS, OPEN, Explanation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FAILS", "HOLDS", "OPEN", "Explanation", "explain"]


def explain(
    report: Report, index: int, *, cause: str, because: str, figures: Axes | Iterable[Axes] = ()
) -> Explanation:
    """The Explanation of the wrong prediction in row `index` of `report.images` by `cause`, held against what is known.

    `cause` is one of CAUSES, or finer: dark, blurred, noisy, far, atypical, background. Of a rendered photo its facts
    must show it, and the model must answer rightly on the same photo rendered without it (a counterfactual: Wachter
    et al. 2018, section 3). Of all other images it cannot be checked; `figures` are then the student's evidence.

    Raises ValueError for a row that is right or not there, an unknown cause, an empty `because`, what is no figure,
    and when the model no longer answers as the report says.
    """
    row = _wrong_row(report, index)
    pick(KNOWN, cause, "cause")
    if not because.strip():
        raise ValueError("an explanation needs a reason; got an empty because: say what you see in the image")
    axes = _axes(figures)
    reason = why_open(report, row, cause)
    check = Check(OPEN, f"{reason} Give evidence: figures=[…].") if reason else checked(report, row, cause)
    if check.verdict == OPEN and axes:
        check = Check(OPEN, f"{reason} Figures given as evidence: {len(axes)}.")
    true, predicted = (report.images.classes[int(which[row])] for which in (report.images.labels, report.predicted))
    return Explanation(
        id=str(report.images.facts["id"].iloc[row]),
        true=true,
        predicted=predicted,
        confidence=float(report.confidence[row]),
        cause=cause,
        because=because.strip(),
        verdict=check.verdict,
        found=check.found,
        before=report.images.images[row].clone(),
        after=check.after,
        after_label=check.label,
        after_confidence=check.confidence,
        known=not why_open(report, row, "dark"),
        asks=_asks(report, row, cause) if check.verdict == OPEN else (),
        figures=axes,
    )


def _wrong_row(report: Report, index: int) -> int:
    if not isinstance(index, Integral) or not 0 <= index < len(report.images):
        raise ValueError(
            f"index must be a row of the report, 0 to {len(report.images) - 1}; got {index!r}: take one of report.wrong"
        )
    if int(index) not in report.wrong:
        name = report.images.label_names[index]
        raise ValueError(
            f"row {index} is a {name} and was taken for a {name}, which is right: take one of report.wrong"
        )
    return int(index)


def _axes(figures: object) -> tuple[Axes, ...]:
    """The Axes given, alone, in a list or in an array, as a flat tuple."""
    several = figures if isinstance(figures, list | tuple) else [figures]
    axes = tuple(ax for some in several for ax in np.ravel(np.array(some, dtype=object)))
    for ax in axes:
        if not hasattr(ax, "get_gid") or not alt(ax.figure):  # an empty figure says nothing
            raise ValueError(f"figures takes what a function of plots returns; got {type(ax).__name__}: give Axes")
    return axes


def _asks(report: Report, row: int, cause: str) -> tuple[str, ...]:
    """The evidence that tells something of any image, the most telling for `cause` first."""
    told = [name for name in report.images.facts if name not in (*REQUIRED_FACTS, "species", "individual", "photo")]
    fact = "source" if cause == "shifted domain" or not told else told[0]
    image, model = f"report.images[[{row}]]", "report.classifier"
    near = f"The nearest train images: plots.neighbours(neighbours.nearest({model}, {image}, split.train))"
    by_slice = f'The accuracy by slice, of the fact that you suspect: plots.slices(report, "{fact}")'
    looked = f"Where the model looked, by Grad-CAM: plots.heat({model}, {image})"
    first = {"wrong region": looked, "background": looked, "occluded": looked}
    first |= dict.fromkeys(["poor quality", "shifted domain", "dark", "blurred", "noisy", "far"], by_slice)
    order = [first.get(cause, near), near, by_slice, looked]
    return tuple(dict.fromkeys(order))
