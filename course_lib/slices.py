"""Accuracy by slice: is the model as good on dark images as on light ones?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from .evaluation import Report
from .intervals import by_group
from .names import pick

if TYPE_CHECKING:
    import pandas as pd

FEW = 8  # a number with at most so many different values is sliced by value
MANY = 12  # words with more different values, such as group, show only the worst
WORST = 10  # of them, so many
LEAST = 3  # images that such a slice must have: one wrong image of one says nothing
GAP = 0.2  # of the range of a number; where its values leave such a gap, they are two kinds of images


def by_fact(report: Report, fact: str, bins: int = 4) -> pd.DataFrame:
    """Accuracy of `report` in slices of a fact of its images: slice, images, right, accuracy, low, high.

    low and high are the 95 % interval of the accuracy, in which images of one group count as they are worth.
    Numbers: about `bins` slices with equally many images, from low to high. A value that many images share, such as
    0 for no blur, is a slice of its own, and no slice reaches across a wide gap between the values.
    Words and yes/no: by value. Words of more than 12 values, such as group: the 10 worst with at least 3 images.
    Raises ValueError for a fact that is not known, fewer than one bin, and words that hardly two images share.
    """
    import pandas as pd

    if bins < 1:
        raise ValueError(f"bins must be at least 1; got {bins}: 4 reads well")
    values = pick({name: report.images.facts[name] for name in report.images.facts}, fact, "fact")
    right = (report.predicted == report.images.labels).numpy()
    groups = report.images.facts["group"].to_numpy()
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if is_number and values.nunique() > FEW:
        numbers = values.to_numpy(float, na_value=np.nan)
        slices = [(name, np.flatnonzero(rows)) for name, rows in _of_numbers(numbers, ~np.isnan(numbers), bins)]
    else:
        slices = _of_words(values, fact)
    if is_number or len(slices) <= MANY:
        unknown = np.flatnonzero(values.isna())
        slices += [("unknown", unknown)] if len(unknown) else []
        return pd.DataFrame([_row(name, right[rows], groups[rows]) for name, rows in slices])
    return _worst(pd.DataFrame([_row(name, right[rows], groups[rows]) for name, rows in slices]))


def _of_words(values: pd.Series, fact: str) -> list[tuple[str, np.ndarray]]:
    """(name, row numbers) of each value, in order; of many values only those that enough images share."""
    import pandas as pd

    try:
        codes, different = pd.factorize(values)
    except TypeError as problem:
        raise ValueError(
            f"{fact!r} holds values that cannot be compared ({problem}): take a fact of words"
        ) from problem
    rows = np.argsort(codes, kind="stable")
    pieces = np.split(rows, np.searchsorted(codes[rows], range(len(different))))[1:]
    if len(different) > MANY:
        enough = [i for i, piece in enumerate(pieces) if len(piece) >= LEAST]
        if not enough:
            raise ValueError(
                f"no {LEAST} images have the same {fact!r}, and smaller slices say nothing: take a fact that they share"
            )
    else:
        enough = range(len(different))
    in_order = sorted(enough, key=lambda i: different[i] if values.dtype.kind in "iufb" else str(different[i]))
    return [(_named(different[i]), pieces[i]) for i in in_order]


def _row(name: str, right: np.ndarray, groups: np.ndarray) -> dict:
    low, high = by_group(right, groups)
    counts = {"slice": name, "images": len(right), "right": int(right.sum())}
    return counts | {"accuracy": right.mean(), "low": low, "high": high}


def _worst(table: pd.DataFrame) -> pd.DataFrame:
    ordered = table.sort_values(["accuracy", "images"], ascending=[True, False], kind="stable")
    return ordered.head(WORST).reset_index(drop=True)


def _of_numbers(values: np.ndarray, known: np.ndarray, bins: int) -> Iterator[tuple[str, np.ndarray]]:
    """(name, mask bool [N]) of each slice, from low to high."""
    different, counts = np.unique(values[known], return_counts=True)
    shared = set(different[counts >= max(2, known.sum() / bins)]) if bins > 1 else set()
    rest = np.array([value for value in different if value not in shared])
    pieces = [np.array([value]) for value in shared]
    for run in np.split(rest, np.flatnonzero(np.diff(rest) > GAP * np.ptp(different)) + 1 if bins > 1 else []):
        images = values[known & np.isin(values, run)]
        if len(images):
            share = len(images) / known.sum()
            cuts = np.quantile(images, np.linspace(0, 1, max(1, round(bins * share)) + 1)[1:-1])
            pieces += [piece for piece in np.split(run, np.searchsorted(run, cuts)) if len(piece)]
    pieces.sort(key=lambda piece: piece[0])
    for name, piece in zip(_ranges([(piece[0], piece[-1]) for piece in pieces]), pieces, strict=True):
        yield name, known & np.isin(values, piece)  # a value in between may be a slice of its own


def _ranges(ends: list[tuple[float, float]]) -> list[str]:
    """Readable names such as "0.28 to 0.42", all different: with as few digits as that takes."""
    for digits in range(2, 17):
        names = [" to ".join(dict.fromkeys(_short(end, digits) for end in pair)) for pair in ends]
        if len(set(names)) == len(names):
            break
    return names


def _short(value: float, digits: int) -> str:
    return f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def _named(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float | np.number) else str(value)
